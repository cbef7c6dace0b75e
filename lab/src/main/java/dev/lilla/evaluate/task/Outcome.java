package dev.lilla.evaluate.task;

import java.util.List;

/// What a model made of an example.
///
/// @param text what it wrote; empty where it wrote nothing
/// @param logLikelihoods natural logarithms, of each choice after the prompt, or of the whole text
/// @param unconditional the same of each choice without the prompt; empty unless asked for
/// @param greedy whether each choice is what the model would have written
/// @param cost what it took
public record Outcome(
        String text, List<Double> logLikelihoods, List<Double> unconditional, List<Boolean> greedy, Cost cost) {
    public Outcome {
        logLikelihoods = List.copyOf(logLikelihoods);
        unconditional = List.copyOf(unconditional);
        greedy = List.copyOf(greedy);
    }

    /// What an answer took.
    ///
    /// @param promptTokens tokens read, cached ones included
    /// @param cachedTokens those that were there already
    /// @param completionTokens tokens written
    /// @param firstNanos from asking to the first token
    /// @param totalNanos from asking to the end
    /// @param isAlone whether nothing else was computed meanwhile, so that the times are those of a single user
    /// @param isCut whether the prompt was too long and lost its beginning
    public record Cost(
            int promptTokens,
            int cachedTokens,
            int completionTokens,
            long firstNanos,
            long totalNanos,
            boolean isAlone,
            boolean isCut) {}

    /// A written answer.
    public static Outcome written(String text, Cost cost) {
        return new Outcome(text, List.of(), List.of(), List.of(), cost);
    }
}
