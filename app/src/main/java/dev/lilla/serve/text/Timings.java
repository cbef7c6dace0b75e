package dev.lilla.serve.text;

import dev.lilla.chat.Usage;
import java.time.Duration;

/// How fast a text was read and written, as llama.cpp's server says it.
///
/// @param cacheN tokens of the prompt that were there already
/// @param promptN those that were read
/// @param predictedN tokens written
public record Timings(
        int cacheN,
        int promptN,
        double promptMs,
        double promptPerSecond,
        int predictedN,
        double predictedMs,
        double predictedPerSecond) {
    public static Timings of(Usage usage) {
        return new Timings(
                usage.cachedTokens(),
                usage.promptTokens() - usage.cachedTokens(),
                millis(usage.prompt()),
                rounded(usage.promptTokensPerSecond()),
                usage.completionTokens(),
                millis(usage.completion()),
                rounded(usage.completionTokensPerSecond()));
    }

    private static double millis(Duration time) {
        return rounded(time.toNanos() / 1e6);
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
