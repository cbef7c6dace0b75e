package dev.lilla.generate;

import dev.lilla.grammar.TokenGrammar;

/// A grammar for a part of a text, from where a marker was written to the end of what the grammar describes; before and
/// after it the text is free. Where it cannot be followed, as what stands beside the marker in one token already breaks
/// it, it is left off: whoever reads the text decides what that is worth.
///
/// @param marker what begins the part, at least one character
/// @param grammar that the part follows; it must end by itself, as JSON does
public record GrammarTrigger(String marker, Place place, TokenGrammar grammar) {
    /// Where the part begins.
    public enum Place {
        /// Behind the marker, wherever that is.
        AFTER,
        /// With the marker, which begins the text but for white space.
        AT_START
    }

    public GrammarTrigger {
        if (marker.isEmpty()) {
            throw new IllegalArgumentException("a marker needs at least one character");
        }
    }
}
