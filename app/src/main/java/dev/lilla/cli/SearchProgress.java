package dev.lilla.cli;

import dev.lilla.decision.Variant;
import dev.lilla.search.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A search for people: a heading for each part, a line for each variant that was evaluated, and where it is.
final class SearchProgress implements Watcher {
    private final Console console;
    private final ProgressLine line;
    private final List<String> notes = new ArrayList<>();

    SearchProgress(Console console) {
        this.console = console;
        this.line = new ProgressLine(console);
    }

    /// What was left out, in the order in which it was.
    List<String> notes() {
        return List.copyOf(notes);
    }

    @Override
    public void stage(String title) {
        line.finished();
        console.err().println(console.styled("@|bold " + title + "|@"));
    }

    @Override
    public void progress(String what, long done, long total) {
        line.started(what + (total > 1 ? ": " + 100 * done / total + " %" : ""), 0);
    }

    @Override
    public void evaluated(Variant variant, double quality, int examples) {
        line.finished();
        console.err()
                .println(String.format(
                        Locale.ROOT, "  %-48s %6.1f %%  of %d examples", variant.name(), 100 * quality, examples));
    }

    @Override
    public void noted(String note) {
        line.finished();
        notes.add(note);
        console.warn(note);
    }

    void finished() {
        line.finished();
    }
}
