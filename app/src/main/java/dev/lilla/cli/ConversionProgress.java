package dev.lilla.cli;

import dev.lilla.optimize.Progress;

/// Shows how far a conversion is, and passes on what it has to say.
final class ConversionProgress implements Progress {
    private final Console console;
    private final ProgressLine line;

    /// @param doing shown until the first tensor is at hand
    ConversionProgress(Console console, String doing) {
        this.console = console;
        this.line = new ProgressLine(console);
        line.started(doing, 0);
    }

    @Override
    public void advanced(String tensor, long doneBytes, long totalBytes) {
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
