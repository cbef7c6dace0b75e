package dev.lilla.evaluate.statistics;

import java.util.Arrays;
import java.util.OptionalDouble;

/// What a metric counted in each example, so that any resample can be scored without looking at the texts again.
public interface Tally {
    /// How many examples were counted.
    int examples();

    /// The score of a resample.
    ///
    /// @param weights how often each example is in it; as many as there are examples
    double score(int[] weights);

    /// The value of one example, where the score is the mean of such values; empty for scores of a whole set.
    OptionalDouble example(int index);

    /// The score of the examples as they are.
    default double score() {
        int[] ones = new int[examples()];
        Arrays.fill(ones, 1);
        return score(ones);
    }
}
