package dev.lilla.train;

import java.util.function.LongSupplier;

/// How long work takes that is done again and again, by doing it until it has been compiled, or for long enough.
final class Trial {
    /// Little beside a run worth estimating.
    private static final long NANOS = 1_000_000_000L;

    /// On a busy machine a second was too short to get a small model compiled: it was taken for ten times slower than
    /// its steps then were.
    private static final long NANOS_MAX = 5 * NANOS;

    /// A pass that is faster by less says that code does not get faster any more.
    private static final double FASTER = 0.9;

    private Trial() {}

    /// The shortest time that it took, in nanoseconds: tried for a second, and on until a second has brought nothing.
    ///
    /// @param clock in nanoseconds, as [System#nanoTime]
    static long shortest(Runnable work, LongSupplier clock) {
        long started = clock.getAsLong();
        long shortest = Long.MAX_VALUE;
        long fasterAt = started;
        long now = started;
        do {
            long begun = now;
            work.run();
            now = clock.getAsLong();
            if (now - begun < FASTER * shortest) {
                fasterAt = now;
            }
            shortest = Math.min(shortest, now - begun);
        } while (now - started < NANOS || (now - fasterAt < NANOS && now - started < NANOS_MAX));
        return shortest;
    }
}
