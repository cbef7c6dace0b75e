package dev.lilla.generate;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/// A value that a thread of its own makes while the caller does something else.
final class Aside<T> {
    private final FutureTask<T> task;

    private Aside(FutureTask<T> task) {
        this.task = task;
    }

    /// @param name of the thread
    static <T> Aside<T> start(String name, Supplier<T> value) {
        FutureTask<T> task = new FutureTask<>(value::get);
        Thread.ofPlatform().daemon().name(name).start(task);
        return new Aside<>(task);
    }

    /// Waits for the value, to the end even if interrupted, and throws what making it threw.
    T get() {
        boolean isInterrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    isInterrupted = true;
                } catch (ExecutionException e) {
                    throw thrown(e);
                }
            }
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException thrown(ExecutionException failure) {
        return switch (failure.getCause()) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            case null, default -> new IllegalStateException("no other exceptions are declared", failure);
        };
    }
}
