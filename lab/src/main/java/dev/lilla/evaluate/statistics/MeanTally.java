package dev.lilla.evaluate.statistics;

import java.util.Arrays;
import java.util.OptionalDouble;

/// A score that is the mean of one value an example.
public final class MeanTally implements Tally {
    private final double[] values;

    public MeanTally(double[] values) {
        this.values = values.clone();
    }

    @Override
    public int examples() {
        return values.length;
    }

    /// NaN if there are no examples.
    @Override
    public double score(int[] weights) {
        double sum = 0;
        long count = 0;
        for (int i = 0; i < values.length; i++) {
            sum += weights[i] * values[i];
            count += weights[i];
        }
        return count == 0 ? Double.NaN : sum / count;
    }

    @Override
    public OptionalDouble example(int index) {
        return OptionalDouble.of(values[index]);
    }

    /// Whether every value is 0 or 1, so that the score is a proportion.
    public boolean isProportion() {
        return Arrays.stream(values).allMatch(value -> value == 0 || value == 1);
    }

    /// Standard error of the mean: sample standard deviation (n - 1) over the square root of n, as lm-eval has it.
    ///
    /// @return NaN for fewer than two examples
    public double standardError() {
        double mean = score();
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1)) / Math.sqrt(values.length);
    }
}
