package dev.lilla.project;

/// Counts lengths in steps of some 6 %, so that a quantile of millions takes no memory.
final class LengthCounter {
    private static final double STEP = 1.06;
    private static final int BUCKETS = 400;

    private final long[] counts = new long[BUCKETS];
    private long total;
    private int most;

    void add(int length) {
        int bucket = length < 2 ? length : 1 + (int) (Math.log(length) / Math.log(STEP));
        counts[Math.min(bucket, BUCKETS - 1)]++;
        total++;
        most = Math.max(most, length);
    }

    int most() {
        return most;
    }

    /// This share of them is no longer, within a step; 0 of none.
    int quantile(double share) {
        long seen = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            seen += counts[bucket];
            if (seen > 0 && seen >= share * total) {
                return bucket < 2 ? bucket : (int) Math.min(most, Math.ceil(Math.pow(STEP, bucket)));
            }
        }
        return 0;
    }
}
