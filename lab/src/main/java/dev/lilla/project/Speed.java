package dev.lilla.project;

import java.time.Duration;

/// How fast a variant works on this machine.
///
/// @param promptPerSecond tokens that are read in a second
/// @param writtenPerSecond tokens that are written in a second, one text at a time
public record Speed(double promptPerSecond, double writtenPerSecond, Basis basis) {
    /// Where the numbers come from.
    public enum Basis {
        /// Random weights of the exact shapes, here.
        MEASURED,
        /// What this machine can read and multiply at most, and the share of it that models reach.
        PREDICTED;

        public String label() {
            return EnumWords.of(this);
        }
    }

    /// The time of a request with its answer.
    public Duration latency(int promptTokens, int answerTokens) {
        return Duration.ofNanos((long) (1e9 * (promptTokens / promptPerSecond + answerTokens / writtenPerSecond)));
    }
}
