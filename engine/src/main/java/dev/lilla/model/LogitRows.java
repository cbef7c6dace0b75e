package dev.lilla.model;

/// Which tokens of a batch entry logits are wanted for.
public enum LogitRows {
    /// None: a chunk of a prompt that is not its last.
    NONE,
    /// The last token, to choose the one that follows.
    LAST,
    /// Every token, to score a text.
    ALL;

    /// Rows of logits that an entry of `tokens` tokens gives.
    int count(int tokens) {
        return switch (this) {
            case NONE -> 0;
            case LAST -> 1;
            case ALL -> tokens;
        };
    }
}
