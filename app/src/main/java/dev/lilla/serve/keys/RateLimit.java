package dev.lilla.serve.keys;

/// So many requests a minute, in bursts of at most as many: a token bucket. Safe for use by several threads.
final class RateLimit {
    private static final double NANOS = 60e9;

    private final int perMinute;
    private double left;
    private long filled;

    /// Full to begin with.
    ///
    /// @param now in nanoseconds of any origin
    RateLimit(int perMinute, long now) {
        this.perMinute = perMinute;
        this.left = perMinute;
        this.filled = now;
    }

    int perMinute() {
        return perMinute;
    }

    /// Takes one request if there is one.
    ///
    /// @return nanoseconds until there is one; 0 if it was taken
    synchronized long take(long now) {
        left = Math.min(perMinute, left + (now - filled) / NANOS * perMinute);
        filled = now;
        if (left >= 1) {
            left--;
            return 0;
        }
        return (long) Math.ceil((1 - left) / perMinute * NANOS);
    }
}
