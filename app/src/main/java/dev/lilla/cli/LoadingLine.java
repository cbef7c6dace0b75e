package dev.lilla.cli;

import dev.lilla.model.family.LoadListener;
import java.time.Duration;
import java.util.function.LongSupplier;

/// Shows on a terminal how far a model is that takes long to open; nothing of one that is there at once.
final class LoadingLine implements LoadListener, AutoCloseable {
    private static final long PATIENCE_NANOS = Duration.ofSeconds(1).toNanos();

    private final ProgressLine line;
    private final String label;
    private final LongSupplier clock;
    private final long begin;
    private boolean isShown;

    /// @param name of the model
    LoadingLine(Console console, String name) {
        this(new ProgressLine(console), name, System::nanoTime);
    }

    /// @param clock in nanoseconds
    LoadingLine(ProgressLine line, String name, LongSupplier clock) {
        this.line = line;
        this.label = "opening " + name;
        this.clock = clock;
        this.begin = clock.getAsLong();
    }

    @Override
    public void reached(long bytes, long totalBytes) {
        if (isShown) {
            line.reached(bytes);
        } else if (clock.getAsLong() - begin >= PATIENCE_NANOS) {
            isShown = true;
            line.started(label, totalBytes);
            line.reached(label, bytes, totalBytes);
        }
    }

    @Override
    public void close() {
        if (isShown) {
            line.finished();
        }
    }
}
