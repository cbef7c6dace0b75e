package dev.lilla.evaluate.statistics;

/// Where the difference of two independent values may lie, from the interval of each: the square-and-add method of
/// Newcombe ("Interval estimation for the difference between independent proportions", 1998, method 10) for
/// proportions with Wilson's intervals, which Zou and Donner ("Construction of confidence limits about effect
/// measures", 2008) showed to hold for other values and intervals alike. It needs no counts and no symmetry.
public final class DifferenceInterval {
    private DifferenceInterval() {}

    /// The interval of the first less the second, at the level of both.
    ///
    /// @throws IllegalArgumentException if a value lies outside of its interval
    public static Interval of(double first, Interval ofFirst, double second, Interval ofSecond) {
        requireInside(first, ofFirst);
        requireInside(second, ofSecond);
        double difference = first - second;
        double below = Math.hypot(first - ofFirst.low(), ofSecond.high() - second);
        double above = Math.hypot(ofFirst.high() - first, second - ofSecond.low());
        return new Interval(difference - below, difference + above, "square and add");
    }

    private static void requireInside(double value, Interval interval) {
        if (!interval.contains(value)) {
            throw new IllegalArgumentException("the value " + value + " lies outside of its interval " + interval.low()
                    + " to " + interval.high());
        }
    }
}
