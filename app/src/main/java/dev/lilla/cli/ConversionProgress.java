package dev.lilla.cli;

import dev.lilla.optimize.Progress;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/// Shows how far a conversion is, and passes on what it has to say.
final class ConversionProgress implements Progress {
    private final Console console;
    private final ProgressLine line;
    private final BooleanSupplier interruption;

    /// @param doing shown until the first tensor is at hand
    ConversionProgress(Console console, String doing) {
        this(console, doing, () -> false);
    }

    /// A conversion that can be interrupted.
    ///
    /// @param interruption asked with every tensor; it ends with a [CancellationException] where that says so
    ConversionProgress(Console console, String doing, BooleanSupplier interruption) {
        this.console = console;
        this.interruption = interruption;
        this.line = new ProgressLine(console);
        line.started(doing, 0);
    }

    @Override
    public void advanced(String tensor, long doneBytes, long totalBytes) {
        if (interruption.getAsBoolean()) {
            throw new CancellationException();
        }
        line.reached(tensor, doneBytes, totalBytes);
    }

    @Override
    public void warned(String warning) {
        console.warn(warning);
    }

    void finished() {
        line.finished();
    }
}
