package dev.lilla.evaluate.statistics;

/// The score interval of a proportion (Wilson, "Probable inference", 1927): sound for small samples and near 0 and 1.
public final class Wilson {
    private Wilson() {}

    /// @throws IllegalArgumentException if there are no trials, or more successes than trials
    public static Interval interval(long successes, long trials) {
        if (trials < 1 || successes < 0 || successes > trials) {
            throw new IllegalArgumentException("no proportion: " + successes + " of " + trials);
        }
        double z = NormalDistribution.TWO_SIDED_95;
        double share = (double) successes / trials;
        double denominator = 1 + z * z / trials;
        double center = (share + z * z / (2.0 * trials)) / denominator;
        double half = z * Math.sqrt(share * (1 - share) / trials + z * z / (4.0 * trials * trials)) / denominator;
        double low = successes == 0 ? 0 : Math.max(0, center - half);
        double high = successes == trials ? 1 : Math.min(1, center + half);
        return new Interval(low, high, "wilson");
    }
}
