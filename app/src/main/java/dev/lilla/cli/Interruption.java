package dev.lilla.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/// Turns Ctrl-C into a wish to end: the program goes on until [#close], so that it can show what it has.
final class Interruption implements BooleanSupplier, AutoCloseable {
    /// For what ends within a token.
    private static final long SECONDS_MAX = 10;

    private final AtomicBoolean wished = new AtomicBoolean();
    private final CountDownLatch wish = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook = new Thread(this::end, "interruption");

    private final long secondsMax;

    private Interruption(long secondsMax) {
        this.secondsMax = secondsMax;
    }

    static Interruption open() {
        return open(SECONDS_MAX);
    }

    /// @param secondsMax a program that does not come to its end by then is ended
    static Interruption open(long secondsMax) {
        Interruption interruption = new Interruption(secondsMax);
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    /// Whether the end is wished for.
    @Override
    public boolean getAsBoolean() {
        return wished.get();
    }

    /// Waits until the end is wished for.
    void await() throws InterruptedException {
        wish.await();
    }

    /// What happens at Ctrl-C: the end of the JVM waits here.
    void end() {
        wished.set(true);
        wish.countDown();
        try {
            done.await(secondsMax, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        done.countDown();
        if (!wished.get()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException tooLate) {
                // Ctrl-C came just now; nothing is left to wait for.
            }
        }
    }
}
