package dev.lilla.chat;

import java.time.Duration;

/// What an answer cost.
///
/// @param promptTokens tokens read
/// @param cachedTokens those of them whose keys and values were already there
/// @param completionTokens tokens written
/// @param prompt time until the first token was known
/// @param completion time for the tokens after it
/// @param drafts what speculation did
public record Usage(
        int promptTokens,
        int cachedTokens,
        int completionTokens,
        Duration prompt,
        Duration completion,
        DraftUsage drafts) {
    /// Tokens read per second, cached ones left out; 0 if none were read.
    public double promptTokensPerSecond() {
        return perSecond(promptTokens - cachedTokens, prompt);
    }

    /// Tokens written per second after the first one; 0 if there was only one.
    public double completionTokensPerSecond() {
        return perSecond(completionTokens - 1, completion);
    }

    /// Tokens written in a pass through the model: 1 without speculation, 0 if none were written.
    public double tokensPerStep() {
        return drafts.steps() == 0 ? 0 : (double) completionTokens / drafts.steps();
    }

    private static double perSecond(int tokens, Duration time) {
        return tokens <= 0 || time.isZero() ? 0 : tokens / (time.toNanos() / 1e9);
    }
}
