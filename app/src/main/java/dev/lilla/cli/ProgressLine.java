package dev.lilla.cli;

import dev.lilla.hub.TransferProgress;
import java.time.Duration;
import java.util.Locale;

/// One line on a terminal that says how far something is; nothing where nobody looks.
///
/// `model.safetensors  45 %  1.20 of 2.70 GB  34.1 MB/s  0:44 left`
final class ProgressLine implements TransferProgress {
    /// Often enough to look alive, seldom enough to cost nothing.
    private static final long REPAINT_NANOS = 100_000_000;

    private final Console console;
    private String what = "";
    private long total;
    private long reached;
    private long before;
    private long startedAt;
    private long paintedAt;

    ProgressLine(Console console) {
        this.console = console;
    }

    @Override
    public void started(String label, long bytes) {
        what = label;
        total = bytes;
        reached = 0;
        before = -1;
        startedAt = System.nanoTime();
        paintedAt = 0;
        paint();
    }

    @Override
    public void reached(long bytes) {
        if (before < 0) {
            before = bytes;
        }
        reached = bytes;
        if (System.nanoTime() - paintedAt >= REPAINT_NANOS) {
            paint();
        }
    }

    /// So far, with another thing at hand.
    void reached(String label, long bytes, long totalBytes) {
        what = label;
        total = totalBytes;
        reached(bytes);
    }

    /// So much further than before.
    void advance(long bytes) {
        reached(reached + bytes);
    }

    @Override
    public void finished() {
        reached = total;
        if (console.terminals().err()) {
            console.err().print("\r\u001b[K");
            console.err().flush();
        }
    }

    private void paint() {
        if (!console.terminals().err()) {
            return;
        }
        paintedAt = System.nanoTime();
        String line = text(paintedAt - startedAt);
        int columns = console.columns() - 1;
        console.err().print("\r" + (line.length() > columns ? line.substring(0, columns) : line) + "\u001b[K");
        console.err().flush();
    }

    /// The line after `nanos` of work.
    String text(long nanos) {
        StringBuilder line = new StringBuilder(what);
        if (total > 0) {
            line.append(String.format(Locale.ROOT, "  %3d %%", Math.min(100, reached * 100 / total)));
            line.append("  ").append(Units.bytes(reached)).append(" of ").append(Units.bytes(total));
        }
        double perSecond = (reached - Math.max(before, 0)) / (nanos / 1e9);
        if (perSecond >= 1) {
            line.append("  ").append(Units.bytes((long) perSecond)).append("/s");
            if (total > 0) {
                Duration left = Duration.ofSeconds((long) ((total - reached) / perSecond));
                line.append("  ").append(Units.time(left)).append(" left");
            }
        }
        return line.toString();
    }
}
