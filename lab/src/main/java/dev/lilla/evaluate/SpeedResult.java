package dev.lilla.evaluate;

import java.util.Arrays;

/// How long some work took, once for each round.
///
/// @param nanos nanoseconds, at least one; not to be changed
public record SpeedResult(SpeedCase work, long[] nanos) {
    public SpeedResult {
        if (nanos.length == 0) {
            throw new IllegalArgumentException("a result has at least one round");
        }
    }

    /// Tokens a second of each round, those of all sequences together.
    public double[] samples() {
        return Arrays.stream(nanos)
                .mapToDouble(time -> work.tokens() / (time / 1e9))
                .toArray();
    }

    /// Half of the rounds were faster, half slower.
    public double median() {
        double[] sorted = samples();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    public double mean() {
        return mean(samples());
    }

    /// Of the samples, with one degree of freedom less than there are; 0 of a single one.
    public double deviation() {
        return deviation(samples());
    }

    public double meanNanos() {
        return mean(Arrays.stream(nanos).asDoubleStream().toArray());
    }

    public double deviationNanos() {
        return deviation(Arrays.stream(nanos).asDoubleStream().toArray());
    }

    /// The difference between the fastest and the slowest round, as a share of the median.
    public double spread() {
        double[] samples = samples();
        double fastest = Arrays.stream(samples).max().orElseThrow();
        double slowest = Arrays.stream(samples).min().orElseThrow();
        return (fastest - slowest) / median();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double deviation(double[] values) {
        double mean = mean(values);
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
    }
}
