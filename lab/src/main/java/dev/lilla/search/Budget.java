package dev.lilla.search;

import java.time.Duration;

/// The time that a search may take.
final class Budget {
    /// Part of it that stays for the last evaluation, on the test examples.
    private static final double LAST = 0.15;

    /// Part of what is left that tuning may share; the rest is for making and asking variants.
    private static final double TUNING = 0.8;

    private final Duration all;
    private final long started = System.nanoTime();

    Budget(Duration all) {
        this.all = all;
    }

    /// What is left for making and screening variants; zero or less when it is over.
    Duration left() {
        long spent = System.nanoTime() - started;
        return Duration.ofNanos((long) (all.toNanos() * (1 - LAST)) - spent);
    }

    boolean isOver() {
        return !left().isPositive();
    }

    /// What tuning may take.
    ///
    /// @param part of all that is still to be tuned, 0 to 1
    Duration share(double part) {
        return Duration.ofNanos((long) (left().toNanos() * TUNING * part));
    }
}
