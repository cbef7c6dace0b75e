package dev.lilla.evaluate.statistics;

import java.util.Comparator;
import java.util.stream.IntStream;

/// Correction for many tests at once (Holm, "A simple sequentially rejective multiple test procedure", 1979): the
/// chance of even one false finding among them stays below the level.
public final class Holm {
    private Holm() {}

    /// @param pValues of the tests, in any order
    /// @return adjusted ones in the same order, to be held against the level of a single test
    public static double[] adjust(double[] pValues) {
        int[] order = IntStream.range(0, pValues.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> pValues[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] adjusted = new double[pValues.length];
        double largest = 0;
        for (int rank = 0; rank < order.length; rank++) {
            largest = Math.max(largest, Math.min(1, (order.length - rank) * pValues[order[rank]]));
            adjusted[order[rank]] = largest;
        }
        return adjusted;
    }
}
