package dev.lilla.tokenizer;

/// A vocabulary that was trained, and how its texts are cut.
public record TrainedTokenizer(Splitting splitting, ControlTokens control, Learned learned) {
    /// What training found.
    ///
    /// @param pairs tokens by id and merges by rank
    public record Learned(BytePairs pairs, TokenOccurrences occurrences) {}
}
