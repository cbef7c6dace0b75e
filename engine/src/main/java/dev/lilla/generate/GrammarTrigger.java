package dev.lilla.generate;

import dev.lilla.grammar.TokenGrammar;

/// A grammar for a part of a text, from where a marker was written to the end of what the grammar describes; before and
/// after it the text is free. Where it cannot be followed, as what stands beside the marker in one token already breaks
/// it, it is left off: whoever reads the text decides what that is worth.
///
/// @param lead what stands before the marker, with a number between them; empty for whatever may
/// @param marker what begins the part, at least one character
/// @param grammar that the part follows; it must end by itself, as JSON does
public record GrammarTrigger(String lead, String marker, Place place, TokenGrammar grammar) {
    /// Digits of the number between a lead and its marker.
    static final int NUMBER_DIGITS_MAX = 9;

    /// Where the part begins.
    public enum Place {
        /// Behind the marker, wherever that is.
        AFTER,
        /// With the marker, which begins the text but for white space.
        AT_START
    }

    /// One that any text may go before.
    public GrammarTrigger(String marker, Place place, TokenGrammar grammar) {
        this("", marker, place, grammar);
    }

    /// One behind a text, a number of at most nine digits, and the marker, as in `functions.name:0<|arguments|>`.
    public static GrammarTrigger numbered(String lead, String marker, TokenGrammar grammar) {
        return new GrammarTrigger(lead, marker, Place.AFTER, grammar);
    }

    public GrammarTrigger {
        if (marker.isEmpty()) {
            throw new IllegalArgumentException("a marker needs at least one character");
        }
        if (!lead.isEmpty() && place == Place.AT_START) {
            throw new IllegalArgumentException("nothing stands before a marker that begins the text, found " + lead);
        }
    }

    /// How much of a text has to be kept to find it.
    int reach() {
        return lead.isEmpty() ? marker.length() : lead.length() + NUMBER_DIGITS_MAX + marker.length();
    }

    /// Where the text goes on behind it.
    ///
    /// @return -1 if it does not stand there
    int end(CharSequence text) {
        String all = text.toString();
        for (int at = all.indexOf(marker); at >= 0; at = all.indexOf(marker, at + 1)) {
            if (lead.isEmpty() || isLed(all, at)) {
                return at + marker.length();
            }
        }
        return -1;
    }

    private boolean isLed(String text, int at) {
        int from = at;
        while (from > 0 && at - from < NUMBER_DIGITS_MAX && isDigit(text.charAt(from - 1))) {
            from--;
        }
        return from < at && text.startsWith(lead, from - lead.length());
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
