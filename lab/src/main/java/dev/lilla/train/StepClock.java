package dev.lilla.train;

import java.time.Duration;

/// How long steps take. What lies between them (validation, checkpoints) does not count.
final class StepClock {
    /// How much of the mean time of a step the last one is.
    private static final double SMOOTHING = 0.1;

    private long startedAt;
    private double seconds = Double.NaN;
    private double tokensPerSecond;

    void start() {
        startedAt = System.nanoTime();
    }

    void stop(long tokens) {
        double last = Math.max(1, System.nanoTime() - startedAt) / 1e9;
        tokensPerSecond = tokens / last;
        seconds = Double.isNaN(seconds) ? last : seconds + SMOOTHING * (last - seconds);
    }

    /// Of the last step.
    double tokensPerSecond() {
        return tokensPerSecond;
    }

    /// What `steps` steps take if they go on like the last ones.
    Duration left(int steps) {
        return Duration.ofMillis(Double.isNaN(seconds) ? 0 : Math.round(steps * seconds * 1000));
    }
}
