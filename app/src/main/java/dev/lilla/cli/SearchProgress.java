package dev.lilla.cli;

import dev.lilla.decision.Variant;
import dev.lilla.project.Tongue;
import dev.lilla.project.Wording;
import dev.lilla.search.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A search for people: a heading for each part, a line for each variant that was evaluated, and where it is.
final class SearchProgress implements Watcher {
    private final Console console;
    private final Tongue tongue;
    private final ProgressLine line;
    private final List<String> notes = new ArrayList<>();

    SearchProgress(Console console, Tongue tongue) {
        this.console = console;
        this.tongue = tongue;
        this.line = new ProgressLine(console);
    }

    /// What was left out, in the order in which it was.
    List<String> notes() {
        return List.copyOf(notes);
    }

    @Override
    public void stage(Stage stage) {
        Wording title = switch (stage) {
            case ELSEWHERE ->
                new Wording(
                        "Models elsewhere, on test examples, which leave this machine",
                        "Modeller på annat håll, på testexempel, som lämnar datorn");
            case MODELS ->
                new Wording(
                        "Models as they are, and tuned, on validation examples",
                        "Modeller som de är, och tränade, på valideringsexempel");
            case CUT -> new Wording("The best with parts cut out", "Den bästa med delar bortskurna");
            case QUANTIZED -> new Wording("The best in fewer bits", "De bästa i färre bitar");
            case TEST -> new Wording("The finalists, on test examples", "Finalisterna, på testexempel");
        };
        line.finished();
        console.err().println(console.styled("@|bold " + title.in(tongue) + "|@"));
    }

    @Override
    public void progress(String what, long done, long total) {
        line.started(what + (total > 1 ? ": " + 100 * done / total + " %" : ""), 0);
    }

    @Override
    public void tuned(String what, String how) {
        line.finished();
        console.err().println("  " + what + ": " + how);
    }

    @Override
    public void evaluated(Variant variant, double quality, int examples) {
        line.finished();
        console.err()
                .println(String.format(Locale.ROOT, "  %-48s %6.1f %%  (%d)", variant.name(), 100 * quality, examples));
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
