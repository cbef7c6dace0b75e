package dev.lilla.evaluate.run;

import dev.lilla.evaluate.statistics.Interval;
import dev.lilla.evaluate.task.Score;

/// A score with where it may lie.
public record Measured(Score score, double value, Interval interval) {
    public String metric() {
        return score.metric();
    }
}
