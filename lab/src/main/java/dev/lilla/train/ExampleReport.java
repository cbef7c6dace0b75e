package dev.lilla.train;

import java.util.List;
import java.util.Map;

/// What a file of examples comes to, for people to read before they train on it.
///
/// @param examples in the file
/// @param sequences kept, the windows of a text each counted
/// @param lengths of the kept
/// @param learnedTokens with a weight above 0
/// @param cut lines of examples that lost their end
/// @param dropped lines that are left out, by reason
/// @param repeated lines of examples that occur earlier in the same file
/// @param shared for validation: lines of examples that are also trained on, which makes the loss look better
///     than it
///     is
public record ExampleReport(
        int examples,
        int sequences,
        LengthDistribution lengths,
        long learnedTokens,
        List<Integer> cut,
        Map<String, List<Integer>> dropped,
        List<Integer> repeated,
        List<Integer> shared) {
    public ExampleReport {
        cut = List.copyOf(cut);
        repeated = List.copyOf(repeated);
        shared = List.copyOf(shared);
    }

    /// Part of the tokens that is learned, from 0 to 1.
    public double learnedShare() {
        return (double) learnedTokens / lengths.total();
    }

    ExampleReport withShared(List<Integer> lines) {
        return new ExampleReport(examples, sequences, lengths, learnedTokens, cut, dropped, repeated, lines);
    }
}
