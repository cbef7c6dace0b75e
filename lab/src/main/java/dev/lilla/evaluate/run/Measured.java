package dev.lilla.evaluate.run;

import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.statistics.Interval;
import dev.lilla.evaluate.statistics.Wilson;
import dev.lilla.evaluate.task.Score;

/// A score with where it may lie.
public record Measured(Score score, double value, Interval interval) {
    /// What sums of rounded numbers may be off by.
    private static final double ROUNDING = 1e-9;

    /// Where all examples are alike, so are all resamples, and what they span says nothing; for scores between bounds
    /// Wilson's interval of as many equal trials does.
    public static Measured of(Score score, Bootstrap bootstrap) {
        double value = score.tally().score();
        Interval interval = bootstrap.interval(score.tally());
        boolean isBounded = score.scale() == Scale.SHARE || score.scale() == Scale.CORRELATION;
        boolean isAtAnEnd = Math.abs(value) < ROUNDING || Math.abs(value - 1) < ROUNDING;
        if (isBounded && interval.width() < ROUNDING && isAtAnEnd) {
            int examples = score.tally().examples();
            interval = Wilson.interval(Math.round(value) * examples, examples);
        }
        return new Measured(score, value, interval);
    }

    public String metric() {
        return score.metric();
    }
}
