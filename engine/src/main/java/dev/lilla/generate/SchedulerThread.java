package dev.lilla.generate;

import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The one thread that makes the steps of a [BatchScheduler], and so the only user of its decoder, cache and backend.
///
/// It sleeps while there is nothing to compute. Its methods are safe for use by any thread.
public final class SchedulerThread implements AutoCloseable {
    private final BatchScheduler scheduler;
    private final Semaphore signal = new Semaphore(0);
    private final Queue<FutureTask<?>> errands = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean closing;
    private volatile @Nullable Throwable death;

    private SchedulerThread(BatchScheduler scheduler) {
        this.scheduler = scheduler;
        this.thread = Thread.ofPlatform().name("lilla-scheduler").daemon().unstarted(this::run);
        scheduler.onWork(signal::release);
    }

    /// Starts a thread for a scheduler that nobody else makes steps with.
    ///
    /// @param scheduler closed with this
    public static SchedulerThread start(BatchScheduler scheduler) {
        SchedulerThread started = new SchedulerThread(scheduler);
        started.thread.start();
        return started;
    }

    /// Asks for texts; see [BatchScheduler#submit].
    public TextStream submit(ServingRequest request) {
        return scheduler.submit(request);
    }

    /// See [BatchScheduler#requirePlace].
    public void requirePlace(String tenant) {
        scheduler.requirePlace(tenant);
    }

    /// See [BatchScheduler#status].
    public SchedulerStatus status() {
        return scheduler.status();
    }

    /// Does other work with the decoder, such as scoring a text, between two steps. No text goes on meanwhile, so it
    /// should be short; cached tokens need blocks of a pool of its own.
    ///
    /// @return its result, or what it failed with
    public <T> Future<T> between(Callable<T> work) {
        FutureTask<T> errand = new FutureTask<>(work);
        errands.add(errand);
        if (closing || death != null) {
            errand.cancel(false);
        }
        signal.release();
        return errand;
    }

    /// Whether it makes steps: false once it is closed, or died of an error that is no fault of a request.
    public boolean isAlive() {
        return thread.isAlive() && death == null;
    }

    private void run() {
        try {
            while (!closing) {
                signal.drainPermits();
                runErrands();
                if (!scheduler.step()) {
                    sleep();
                }
            }
            scheduler.close();
        } catch (Throwable e) {
            death = e;
            scheduler.abandon(new IllegalStateException("the thread that writes texts has died: " + e, e));
        } finally {
            errands.forEach(errand -> errand.cancel(false));
        }
    }

    private void runErrands() {
        for (FutureTask<?> errand = errands.poll(); errand != null; errand = errands.poll()) {
            errand.run();
        }
    }

    private void sleep() {
        try {
            boolean _ = signal.tryAcquire(scheduler.nanosToDeadline(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // Nobody but a closing virtual machine interrupts this thread.
            closing = true;
        }
    }

    /// Cancels all texts and waits for the step that is being made.
    @Override
    public void close() {
        closing = true;
        signal.release();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
