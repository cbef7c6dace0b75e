package dev.lilla.generate;

import java.util.Collection;

/// Pearson's test of counts.
final class ChiSquare {
    /// Cells with fewer counts are put together: the statistic needs some in each.
    private static final int COUNT_MIN = 10;

    private ChiSquare() {}

    /// A statistic and its degrees of freedom.
    record Result(double statistic, int freedom) {
        /// Whether chance explains the counts: four deviations above the mean are left to it.
        boolean isChance() {
            return statistic < freedom + 4 * Math.sqrt(2.0 * freedom);
        }
    }

    /// Counts beside probabilities.
    static Result fit(int[] counts, double[] probabilities) {
        double total = 0;
        for (int count : counts) {
            total += count;
        }
        double statistic = 0;
        int cells = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = total * probabilities[i];
            if (expected > 0) {
                statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
                cells++;
            } else if (counts[i] > 0) {
                return new Result(Double.POSITIVE_INFINITY, 1);
            }
        }
        return new Result(statistic, cells - 1);
    }

    /// Two samples of the same size, counted in the same cells.
    static Result twoSamples(Collection<int[]> cells) {
        double statistic = 0;
        int used = 0;
        int[] rest = new int[2];
        for (int[] cell : cells) {
            if (cell[0] + cell[1] < COUNT_MIN) {
                rest[0] += cell[0];
                rest[1] += cell[1];
            } else {
                statistic += term(cell);
                used++;
            }
        }
        if (rest[0] + rest[1] >= COUNT_MIN) {
            statistic += term(rest);
            used++;
        }
        return new Result(statistic, used - 1);
    }

    private static double term(int[] cell) {
        double difference = cell[0] - cell[1];
        return difference * difference / (cell[0] + cell[1]);
    }
}
