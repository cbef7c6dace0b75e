package dev.lilla.generate;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The texts of one request as they are written, for whoever asked: events to take, and a way to leave.
///
/// A reader that falls behind makes its own texts wait, and nobody else's: when so many events lie here untaken, no
/// further step is made for them. Safe for use by several threads; made for one (virtual) thread that reads and any
/// that cancels.
public final class TextStream implements AutoCloseable {
    private final int eventsMax;
    private final Runnable wake;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final ArrayDeque<TextEvent> events = new ArrayDeque<>();
    private int open;
    private volatile boolean cancelled;

    /// @param choices texts that are written
    /// @param eventsMax untaken events from which on texts wait
    /// @param wake called when texts may go on or end
    TextStream(int choices, int eventsMax, Runnable wake) {
        this.open = choices;
        this.eventsMax = eventsMax;
        this.wake = wake;
    }

    /// Waits for the next event.
    ///
    /// @return empty after the end of the last text
    public Optional<TextEvent> next() throws InterruptedException {
        return take(Long.MAX_VALUE);
    }

    /// Waits for the next event for some time; 0 does not wait.
    ///
    /// @return empty if none came in time, or after the end of the last text, see [#isEnded]
    public Optional<TextEvent> next(Duration wait) throws InterruptedException {
        return take(wait.toNanos());
    }

    private Optional<TextEvent> take(long nanos) throws InterruptedException {
        Optional<TextEvent> taken;
        boolean mayGoOn;
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (events.isEmpty() && open > 0 && left > 0) {
                if (nanos == Long.MAX_VALUE) {
                    filled.await();
                } else {
                    left = filled.awaitNanos(left);
                }
            }
            mayGoOn = events.size() == eventsMax;
            taken = Optional.ofNullable(events.poll());
        } finally {
            lock.unlock();
        }
        if (mayGoOn) {
            wake.run();
        }
        return taken;
    }

    /// Whether all texts have ended and all events are taken.
    public boolean isEnded() {
        lock.lock();
        try {
            return open == 0 && events.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until all texts have ended.
    ///
    /// @return one for each choice, in order
    /// @throws RuntimeException what a text failed with
    public List<Completion> await() throws InterruptedException {
        CompletionCollector collector = new CompletionCollector();
        for (Optional<TextEvent> event = next(); event.isPresent(); event = next()) {
            collector.add(event.get());
        }
        return new ArrayList<>(collector.completions());
    }

    /// Says that nobody wants the texts any more: they end with the next step.
    public void cancel() {
        cancelled = true;
        wake.run();
    }

    public boolean isCancelled() {
        return cancelled;
    }

    /// Cancels what has not ended.
    @Override
    public void close() {
        if (!isEnded()) {
            cancel();
        }
    }

    /// Whether its texts have to wait for the reader.
    boolean isFull() {
        lock.lock();
        try {
            return events.size() >= eventsMax;
        } finally {
            lock.unlock();
        }
    }

    /// Adds an event; never waits.
    void give(TextEvent event) {
        lock.lock();
        try {
            events.add(event);
            if (event instanceof TextEvent.End || event instanceof TextEvent.Failure) {
                open--;
            }
            filled.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
