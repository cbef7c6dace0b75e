package dev.lilla.generate;

import java.util.List;
import java.util.Set;

/// When a text ends.
///
/// @param tokens ids that end it; they are not part of it
/// @param strings texts that end it; they are not part of it
/// @param maxTokens the most tokens to write, at least 1
public record StopConditions(Set<Integer> tokens, List<String> strings, int maxTokens) {
    public StopConditions {
        tokens = Set.copyOf(tokens);
        strings = List.copyOf(strings);
        if (maxTokens < 1) {
            throw new IllegalArgumentException("the most tokens to write must be 1 or more, found " + maxTokens);
        }
    }

    /// Nothing but a number of tokens.
    public static StopConditions after(int maxTokens) {
        return new StopConditions(Set.of(), List.of(), maxTokens);
    }
}
