package dev.lilla.deploy;

import dev.lilla.decision.Criterion;
import dev.lilla.decision.CriterionWords;
import dev.lilla.decision.DecisionRecord;
import dev.lilla.decision.DecisionRecord.Quality;
import dev.lilla.deploy.PromiseCheck.Drop;
import dev.lilla.deploy.PromiseCheck.Held;
import dev.lilla.evaluate.report.ReportWords;
import dev.lilla.project.Tongue;
import dev.lilla.project.Wording;
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
/// @param notes what else one should know, in the same language
/// @param tongue of people; programs get the same in every language
public record PromiseWords(DecisionRecord record, PromiseCheck check, List<String> notes, Tongue tongue) {
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
        notes.forEach(note -> lines.add("  " + say("Note: %s.", "Obs: %s.", note)));
        return lines;
    }

    /// The one line that matters.
    String verdict() {
        return say(
                check.holds()
                        ? "%s: the promise of \"%s\" holds, on %s examples: %s is %s, promised was %s."
                        : "%s: the promise of \"%s\" is broken, on %s examples: %s is %s, promised was %s.",
                check.holds()
                        ? "%s: löftet för \"%s\" hålls, på %s exempel: %s är %s, lovat var %s."
                        : "%s: löftet för \"%s\" är brutet, på %s exempel: %s är %s, lovat var %s.",
                record.project(),
                check.promised().name(),
                check.examples(),
                record.goal().metric(),
                text().quality(check.now().quality()),
                text().quality(check.promised().quality().value()));
    }

    /// A line for each thing that the goal asks for.
    List<String> criteria() {
        return check.criteria().stream().map(this::criterion).toList();
    }

    private String criterion(Held held) {
        CriterionWords text = text();
        String amount =
                text.amount(held.kind(), held.found()) + (held.kind() == Criterion.Kind.QUALITY ? interval() : "");
        String found = text.found(held.kind(), amount, held.limit());
        return found
                + switch (held.standing()) {
                    case MET -> say(": met.", ": uppnått.");
                    case UNSETTLED ->
                        say(
                                ": unsettled, other examples may tell otherwise.",
                                ": inte avgjort, andra exempel kan säga annat.");
                    case MISSED -> say(": missed.", ": inte uppnått.");
                    case NOT_PROMISED ->
                        say(
                                ": missed when it was deployed, and overruled then.",
                                ": inte uppnått när den driftsattes, vilket godtogs då.");
                };
    }

    private String interval() {
        return say(
                " (95 %%: %s to %s)",
                " (95 %%: %s till %s)",
                text().quality(check.now().low()),
                text().quality(check.now().high()));
    }

    /// What became of quality.
    String drop() {
        Drop drop = check.drop();
        String size = text().points(Math.abs(drop.value()));
        String range = say(
                " (95 %% of the difference: %s to %s)",
                " (95 %% för skillnaden: %s till %s)",
                signed(-drop.interval().high()),
                signed(-drop.interval().low()));
        if (drop.isSignificant()) {
            return say(
                    "Quality is %s below what was promised%s, more than chance explains.",
                    "Kvaliteten är %s under det som lovades%s, mer än slumpen förklarar.", size, range);
        }
        double half = (drop.interval().high() - drop.interval().low()) / 2;
        String few = half > WIDE
                ? say(
                        " With these examples a loss of less than %s may go unseen; more would show it.",
                        " Med dessa exempel kan en förlust på mindre än %s gå obemärkt; fler skulle visa den.",
                        text().points(half))
                : "";
        return change(drop, size) + range + say(": no loss beyond chance.", ": ingen förlust bortom slumpen.") + few;
    }

    private String change(Drop drop, String size) {
        if (drop.value() == 0) {
            return say("Quality is what was promised", "Kvaliteten är den som lovades");
        }
        return drop.value() > 0
                ? say("Quality is %s below what was promised", "Kvaliteten är %s under det som lovades", size)
                : say("Quality is %s above what was promised", "Kvaliteten är %s över det som lovades", size);
    }

    private String signed(double value) {
        return new ReportWords(tongue).local(String.format(Locale.ROOT, "%+.1f", 100 * value));
    }

    private CriterionWords text() {
        return CriterionWords.of(record, tongue);
    }

    String say(String english, String swedish, Object... values) {
        return String.format(Locale.ROOT, new Wording(english, swedish).in(tongue), values);
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
