package dev.lilla.evaluate.statistics;

/// Where a score may lie: 95 of 100 such intervals hold the true one.
///
/// @param method how it was made: `wilson` or `bootstrap`
public record Interval(double low, double high, String method) {
    /// The share of intervals that hold the true value.
    public static final double LEVEL = 0.95;

    public boolean contains(double value) {
        return low <= value && value <= high;
    }

    public double width() {
        return high - low;
    }
}
