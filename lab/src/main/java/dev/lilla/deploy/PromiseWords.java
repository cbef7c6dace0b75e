package dev.lilla.deploy;

import dev.lilla.decision.Criterion;
import dev.lilla.decision.DecisionRecord;
import dev.lilla.decision.DecisionRecord.Quality;
import dev.lilla.deploy.PromiseCheck.Drop;
import dev.lilla.deploy.PromiseCheck.Held;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A check for people and for programs.
///
/// @param record of the decision
/// @param notes what else one should know
public record PromiseWords(DecisionRecord record, PromiseCheck check, List<String> notes) {
    /// Half an interval in quality beyond which few examples are called few.
    private static final double WIDE = 0.05;

    public PromiseWords {
        notes = List.copyOf(notes);
    }

    /// All of it, the verdict first.
    public List<String> lines() {
        List<String> lines = new ArrayList<>(List.of(verdict()));
        criteria().forEach(line -> lines.add("  " + line));
        lines.add("  " + drop());
        notes.forEach(note -> lines.add("  Note: " + note + "."));
        return lines;
    }

    /// The one line that matters.
    String verdict() {
        return record.project() + ": the promise of \""
                + check.promised().name() + "\" " + (check.holds() ? "holds" : "is broken") + ", on " + check.examples()
                + " examples: " + record.goal().metric() + " is "
                + text().quality(check.now().quality())
                + ", promised was "
                + text().quality(check.promised().quality().value()) + ".";
    }

    /// A line for each thing that the goal asks for.
    List<String> criteria() {
        return check.criteria().stream().map(this::criterion).toList();
    }

    private String criterion(Held held) {
        CriterionText text = text();
        String found = text.name(held.kind()) + " is " + text.amount(held.kind(), held.found())
                + (held.kind() == Criterion.Kind.QUALITY ? interval() : "") + ", asked for is "
                + (held.kind() == Criterion.Kind.QUALITY ? "at least " : "at most ")
                + text.amount(held.kind(), held.limit());
        return switch (held.standing()) {
            case MET -> found + ": met.";
            case UNSETTLED -> found + ": unsettled, other examples may tell otherwise.";
            case MISSED -> found + ": missed.";
            case NOT_PROMISED -> found + ": missed when it was deployed, and overruled then.";
        };
    }

    private String interval() {
        return " (95 %: " + text().quality(check.now().low()) + " to "
                + text().quality(check.now().high()) + ")";
    }

    /// What became of quality.
    String drop() {
        Drop drop = check.drop();
        String size = points(Math.abs(drop.value()));
        String range = " (95 % of the difference: " + signed(-drop.interval().high()) + " to "
                + signed(-drop.interval().low()) + ")";
        if (drop.isSignificant()) {
            return "Quality is " + size + " below what was promised" + range + ", more than chance explains.";
        }
        String change = drop.value() == 0
                ? "Quality is what was promised"
                : "Quality is " + size + (drop.value() > 0 ? " below" : " above") + " what was promised";
        double half = (drop.interval().high() - drop.interval().low()) / 2;
        String few = half > WIDE
                ? " With these examples a loss of less than " + points(half) + " may go unseen; more would show it."
                : "";
        return change + range + ": no loss beyond chance." + few;
    }

    private static String signed(double value) {
        return String.format(Locale.ROOT, "%+.1f", 100 * value);
    }

    private static String points(double value) {
        return String.format(Locale.ROOT, "%.1f points", 100 * value);
    }

    private CriterionText text() {
        return new CriterionText(
                record.goal().metric(), String.valueOf(record.prices().currency()));
    }

    /// All of it, for programs.
    public ObjectNode json() {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("project", record.project());
        node.put("variant", check.promised().name());
        node.put("checked", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        node.put("holds", check.holds());
        node.put("examples", check.examples());
        ObjectNode quality = node.putObject("quality");
        quality.put("metric", record.goal().metric());
        quality.put("value", check.now().quality());
        quality.put("low", check.now().low());
        quality.put("high", check.now().high());
        Quality before = check.promised().quality();
        quality.putObject("promised")
                .put("value", before.value())
                .put("low", before.low())
                .put("high", before.high());
        quality.putObject("loss")
                .put("value", check.drop().value())
                .put("low", check.drop().interval().low())
                .put("high", check.drop().interval().high())
                .put("isSignificant", check.drop().isSignificant());
        ArrayNode criteria = node.putArray("criteria");
        check.criteria()
                .forEach(held -> criteria.addObject()
                        .put("kind", held.kind().name())
                        .put("limit", held.limit())
                        .put("promised", held.before())
                        .put("found", held.found())
                        .put("standing", held.standing().name()));
        ArrayNode said = node.putArray("notes");
        notes.forEach(said::add);
        return node;
    }
}
