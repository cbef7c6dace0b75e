package dev.lilla.kernel;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A fixed set of threads that share loops; the caller is worker 0.
///
/// A loop's indices are handed out in parts ([WorkerChunks]), so a worker that loses its core delays one of them,
/// not half of the work. Workers spin for a while after a loop, since the next follows within microseconds
/// while tokens are computed, then park. One loop at a time.
final class WorkerPool implements AutoCloseable {
    /// Rounds of [Thread#onSpinWait] before a worker parks: about 40 ns each on current processors, so 50-100 µs, a
    /// few times the longest gap between two loops of a step.
    private static final int SPINS_BEFORE_PARKING = 2_000;

    /// Longest sleep of a caller that waits for the last chunks: short beside a chunk that lost its core.
    private static final long CALLER_SLEEP_NANOS = 20_000;

    private static final Loop NONE = new Loop((from, to, worker) -> {}, 0, 1, 1);

    private final Worker[] workers;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile Loop loop = NONE;
    private volatile boolean closed;

    /// @param threads that compute, the caller included
    WorkerPool(int threads) {
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1);
            workers[i].start();
        }
    }

    /// The body of a loop.
    @FunctionalInterface
    interface Task {
        /// @param worker 0 for the caller, otherwise its number below [#threads()]
        void run(int from, int to, int worker);
    }

    int threads() {
        return workers.length + 1;
    }

    /// Runs `task` over 0 to `count` in parts of one or more times `grain` indices and returns when all are done. The
    /// first thing thrown by a part is thrown here, once none is running any more; those not begun by then are left
    /// out.
    ///
    /// @throws IllegalStateException if a loop is running already, or the pool is closed
    void run(int count, int grain, Task task) {
        if (count <= 0) {
            return;
        }
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    closed
                            ? "the worker pool is closed"
                            : "a loop is running already: a backend computes one step at a time");
        }
        try {
            if (workers.length == 0 || count <= grain) {
                task.run(0, count, 0);
            } else {
                share(new Loop(task, count, grain, threads()));
            }
        } finally {
            busy.set(false);
        }
    }

    private void share(Loop shared) {
        loop = shared;
        int useful = Math.min(workers.length, shared.chunks - 1);
        for (int i = 0; i < useful; i++) {
            workers[i].wake();
        }
        shared.work(0);
        shared.await();
        loop = NONE;
        Throwable failure = shared.failure.get();
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }

    /// Ends the threads. A loop that runs, on whatever thread, is finished first, and none begins afterwards: what the
    /// loops work on may be freed when this returns.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        // Never given back, so that no loop can begin.
        while (!busy.compareAndSet(false, true)) {
            LockSupport.parkNanos(this, CALLER_SLEEP_NANOS);
        }
        for (Worker worker : workers) {
            LockSupport.unpark(worker);
        }
        boolean interrupted = false;
        for (Worker worker : workers) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// One loop. A worker that comes late finds nothing left in it, whatever the pool is doing by then.
    private static final class Loop {
        private final Task task;
        private final int count;
        private final int grain;
        private final int chunks;
        private final WorkerChunks left;
        private final AtomicInteger done = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Loop(Task task, int count, int grain, int workers) {
            this.task = task;
            this.count = count;
            this.grain = grain;
            this.chunks = Math.ceilDiv(count, grain);
            this.left = new WorkerChunks(chunks, workers);
        }

        void work(int worker) {
            for (long run = left.take(worker); run != WorkerChunks.NONE; run = left.take(worker)) {
                int from = WorkerChunks.from(run);
                int to = WorkerChunks.to(run);
                try {
                    if (failure.get() == null) {
                        task.run(from * grain, (int) Math.min(count, (long) to * grain), worker);
                    }
                } catch (Throwable thrown) {
                    failure.compareAndSet(null, thrown);
                } finally {
                    done.getAndAdd(to - from);
                }
            }
        }

        void await() {
            for (int spins = 0; done.get() < chunks; spins++) {
                if (spins < SPINS_BEFORE_PARKING) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.parkNanos(this, CALLER_SLEEP_NANOS);
                }
            }
        }
    }

    private final class Worker extends Thread {
        private final int number;
        private volatile boolean parked;

        Worker(int number) {
            super("lilla-worker-" + number);
            this.number = number;
            setDaemon(true);
        }

        @Override
        public void run() {
            for (Loop last = next(NONE); last != NONE; last = next(last)) {
                last.work(number);
            }
        }

        /// Waits for another loop than `last`; returns the empty one when the pool closes.
        private Loop next(Loop last) {
            for (int spins = 0; !closed; spins++) {
                Loop current = loop;
                if (current != last && current != NONE) {
                    return current;
                }
                if (spins < SPINS_BEFORE_PARKING) {
                    Thread.onSpinWait();
                } else {
                    // The flag is set before the loop is looked at again, and wake() looks at it after the loop is
                    // set: one of the two sees the other.
                    parked = true;
                    if (loop == current && !closed) {
                        LockSupport.park(WorkerPool.this);
                    }
                    parked = false;
                }
            }
            return NONE;
        }

        void wake() {
            if (parked) {
                LockSupport.unpark(this);
            }
        }
    }
}
