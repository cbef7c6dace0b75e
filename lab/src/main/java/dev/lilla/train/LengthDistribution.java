package dev.lilla.train;

import java.util.Arrays;

/// How long examples are, in tokens.
///
/// @param total of all
public record LengthDistribution(int shortest, int median, int p90, int p99, int longest, long total) {
    /// @param lengths at least one
    static LengthDistribution of(int[] lengths) {
        int[] sorted = lengths.clone();
        Arrays.sort(sorted);
        return new LengthDistribution(
                sorted[0],
                percentile(sorted, 50),
                percentile(sorted, 90),
                percentile(sorted, 99),
                sorted[sorted.length - 1],
                Arrays.stream(sorted).asLongStream().sum());
    }

    /// The nearest rank: the least length that at least `percent` of all do not exceed.
    private static int percentile(int[] sorted, int percent) {
        int rank = (int) Math.ceilDiv((long) sorted.length * percent, 100L);
        return sorted[rank - 1];
    }
}
