package dev.lilla.generate;

import java.nio.file.Path;

/// How the next tokens are guessed, so that one pass through the model writes several.
///
/// What is written stays the same: always the same text where the most likely token is taken, and the same probability
/// of every text where tokens are drawn.
public sealed interface Speculation {
    /// Guesses at a time unless said otherwise.
    int TOKENS_DEFAULT = 8;

    /// No guesses.
    record None() implements Speculation {}

    /// The text goes on as it did before ([NgramDrafter]).
    ///
    /// @param tokensMax the most tokens to guess at a time
    record Ngram(int tokensMax) implements Speculation {
        public Ngram {
            requirePositive(tokensMax);
        }
    }

    /// A smaller model of the same vocabulary guesses ([ModelDrafter]).
    ///
    /// @param path of that model
    /// @param tokensMax the most tokens to guess at a time
    record SmallerModel(Path path, int tokensMax) implements Speculation {
        public SmallerModel {
            requirePositive(tokensMax);
        }
    }

    private static void requirePositive(int tokensMax) {
        if (tokensMax < 1) {
            throw new IllegalArgumentException("a draft has at least one token, not " + tokensMax);
        }
    }
}
