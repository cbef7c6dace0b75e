package dev.lilla.evaluate.statistics;

import java.util.Arrays;

/// Percentiles with linear interpolation between neighbors, as NumPy has them unless told otherwise.
public final class Percentiles {
    private final double[] sorted;

    /// @param values NaN ones are left out
    public Percentiles(double[] values) {
        this.sorted = Arrays.stream(values)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
    }

    /// @param share from 0 to 1
    /// @return NaN if there are no values
    public double at(double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double place = share * (sorted.length - 1);
        int below = (int) Math.floor(place);
        int above = Math.min(below + 1, sorted.length - 1);
        double rest = place - below;
        return rest == 0 ? sorted[below] : sorted[below] + rest * (sorted[above] - sorted[below]);
    }
}
