package dev.lilla.serve.http;

import java.time.Duration;
import java.util.Optional;

/// What the answer to one request has used; one that ended early counts as far as it came.
///
/// @param model by the name of its entry
/// @param promptTokens of all prompts, those found in the cache included
/// @param cachedTokens those found in the cache
/// @param completionTokens of all texts
/// @param reading time that prompts took, summed
/// @param writing time that the tokens after the first ones took, summed
/// @param laterTokens tokens written in that time
/// @param firstToken from the request to its first token; empty if it never came
/// @param whole from the request to the end of its answer
public record AnswerUsage(
        String model,
        long promptTokens,
        long cachedTokens,
        long completionTokens,
        Duration reading,
        Duration writing,
        long laterTokens,
        Optional<Duration> firstToken,
        Duration whole) {
    /// What budgets count.
    public long tokens() {
        return promptTokens + completionTokens;
    }
}
