package dev.lilla.evaluate.metric;

import java.util.List;

/// An answer beside what it should have been.
///
/// @param references at least one; an answer is as good as the best of them makes it
public record TextPair(String answer, List<String> references) {
    public TextPair {
        references = List.copyOf(references);
        if (references.isEmpty()) {
            throw new IllegalArgumentException("an answer is held against at least one reference");
        }
    }

    public static TextPair of(String answer, String... references) {
        return new TextPair(answer, List.of(references));
    }
}
