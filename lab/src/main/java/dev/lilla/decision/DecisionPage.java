package dev.lilla.decision;

import dev.lilla.decision.DecisionRecord.Baseline;
import dev.lilla.evaluate.report.EvaluationPage;
import dev.lilla.evaluate.report.Html;
import dev.lilla.project.Project;
import dev.lilla.project.Tongue;
import dev.lilla.project.Wording;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// A decision as a page: the verdict first, then what it rests on, down to single answers.
///
/// @param baselines what answers without a model come to
/// @param notes what was left out of the search, and the like
public record DecisionPage(
        Project project, Decision decision, List<Baseline> baselines, List<String> notes, Tongue tongue) {
    private static final double MEGABYTE = 1e6;

    public DecisionPage {
        baselines = List.copyOf(baselines);
        notes = List.copyOf(notes);
    }

    /// Writes the page in place of an older one.
    public void write(Path file) {
        html().write(file);
    }

    Html html() {
        DecisionWords words = words();
        Html page = new Html(project.name() + ": " + say("decision", "beslut"), tongue == Tongue.SWEDISH ? "sv" : "en");
        page.heading(1, project.name());
        project.goal().description().ifPresent(text -> page.paragraph("", text));
        page.paragraph(
                "quiet",
                say(
                        "%d variants, judged on %d examples by Lilla on %s",
                        "%d varianter, bedömda på %d exempel av Lilla den %s",
                        decision.variants().size(),
                        decision.chosen().result().scores().examples().size(),
                        LocalDate.now(ZoneId.systemDefault())));
        verdict(page, words);
        frontier(page, words);
        steps(page, words);
        making(page);
        baselines(page, words);
        notes(page);
        EvaluationPage.addDetails(
                page,
                decision.variants().stream().map(JudgedVariant::result).toList(),
                decision.tests(),
                decision.prices(),
                tongue);
        return page;
    }

    private DecisionWords words() {
        return new DecisionWords(decision, tongue);
    }

    private void verdict(Html page, DecisionWords words) {
        page.raw("<section class=\"verdict " + (decision.meetsGoal() ? "meets" : "misses") + "\">\n");
        page.heading(2, words.verdict());
        page.raw("<dl class=\"tiles\">\n");
        Figures figures = decision.chosen().figures();
        tile(page, words.metric(), words.withInterval(decision.chosen()));
        tile(page, say("answer, p95", "svar, p95"), words.amount(Criterion.Kind.LATENCY_P95, figures.answerP95()));
        figures.memoryBytes()
                .ifPresent(bytes ->
                        tile(page, say("memory", "minne"), words.amount(Criterion.Kind.MEMORY, (double) bytes)));
        tile(page, "disk", words.here(figures, Criterion.Kind.DISK));
        figures.elsewhere().ifPresent(place -> tile(page, say("answers at", "svarar hos"), place.host()));
        tile(
                page,
                say("1,000 answers", "1 000 svar"),
                words.amount(Criterion.Kind.COST_PER_1000, figures.costPer1000()));
        page.raw("</dl>\n");
        list(page, say("Why", "Varför"), words.reasons());
        list(page, say("What is given up", "Vad som ges upp"), words.givenUp());
        list(page, say("How sure", "Hur säkert"), words.certainty(baselines));
        page.raw("</section>\n");
    }

    private static void tile(Html page, String name, String value) {
        page.raw("<div>").element("dt", "", name).element("dd", "", value).raw("</div>\n");
    }

    private static void list(Html page, String title, List<String> sentences) {
        page.heading(3, title).raw("<ul>\n");
        sentences.forEach(sentence -> page.element("li", "", sentence));
        page.raw("</ul>\n");
    }

    private void frontier(Html page, DecisionWords words) {
        page.raw("<section>\n").heading(2, say("Quality against what it takes", "Kvalitet mot vad den kostar"));
        page.paragraph(
                "quiet",
                say(
                        "Up and to the left is better. The line joins the variants that no other beats in these two; "
                                + "upright strokes are 95 %% intervals; what the goal leaves out is shaded.",
                        "Uppåt och åt vänster är bättre. Linjen binder ihop de varianter som ingen annan slår i dessa "
                                + "två; lodräta streck är 95-procentiga intervall; det målet utesluter är skuggat."));
        page.raw("<div class=\"charts\">\n");
        page.raw(chart(
                        words,
                        say("Quality and time", "Kvalitet och tid"),
                        say("ms an answer, p95", "ms per svar, p95"),
                        Figures::answerP95,
                        limit(Criterion.Kind.LATENCY_P95, 1))
                .svg());
        if (decision.variants().stream()
                .map(JudgedVariant::figures)
                .allMatch(figures ->
                        figures.memoryBytes().isPresent() || figures.elsewhere().isPresent())) {
            page.raw(chart(
                            words,
                            say("Quality and memory", "Kvalitet och minne"),
                            say("memory, MB", "minne, MB"),
                            figures -> here(figures, figures.memoryBytes().orElse(0) / MEGABYTE),
                            limit(Criterion.Kind.MEMORY, MEGABYTE))
                    .svg());
        }
        page.raw(chart(
                        words,
                        say("Quality and disk", "Kvalitet och disk"),
                        "disk, MB",
                        figures -> here(figures, figures.diskBytes() / MEGABYTE),
                        limit(Criterion.Kind.DISK, MEGABYTE))
                .svg());
        page.raw(chart(
                        words,
                        say("Quality and cost", "Kvalitet och kostnad"),
                        say(
                                "%s for 1,000 answers",
                                "%s för 1 000 svar", decision.prices().currency()),
                        Figures::costPer1000,
                        limit(Criterion.Kind.COST_PER_1000, 1))
                .svg());
        page.raw("</div>\n");
        page.raw("<div class=\"figures\">\n");
        page.table(say("Variants", "Varianter"), headings(words), rows(words));
        page.raw("</div>\n");
        words.memory().ifPresent(text -> page.paragraph("quiet", text));
        page.raw("</section>\n");
    }

    private OptionalDouble limit(Criterion.Kind kind, double unit) {
        Optional<Criterion> criterion = decision.chosen().criteria().stream()
                .filter(one -> one.kind() == kind)
                .findFirst();
        return criterion.isPresent() ? OptionalDouble.of(criterion.get().limit() / unit) : OptionalDouble.empty();
    }

    /// Not a number for models elsewhere, which have no place in such a chart.
    private static double here(Figures figures, double taken) {
        return figures.elsewhere().isPresent() ? Double.NaN : taken;
    }

    private FrontierChart chart(
            DecisionWords words, String title, String takes, ToDoubleFunction<Figures> taken, OptionalDouble limit) {
        List<FrontierChart.Point> points = IntStream.range(
                        0, decision.variants().size())
                .filter(i -> !Double.isNaN(
                        taken.applyAsDouble(decision.variants().get(i).figures())))
                .mapToObj(i -> point(words, i, taken))
                .toList();
        return new FrontierChart(
                title, words.qualityAxis(), takes, points, limit(Criterion.Kind.QUALITY, 1), limit, words::local);
    }

    private FrontierChart.Point point(DecisionWords words, int index, ToDoubleFunction<Figures> taken) {
        JudgedVariant variant = decision.variants().get(index);
        Figures figures = variant.figures();
        double takes = taken.applyAsDouble(figures);
        String style =
                variant.name().equals(decision.chosen().name()) ? "chosen" : variant.meetsGoal() ? "meets" : "misses";
        return new FrontierChart.Point(
                index + 1,
                takes,
                figures.quality(),
                figures.low(),
                figures.high(),
                style,
                variant.name() + ": " + words.withInterval(variant) + ", " + words.figure(takes));
    }

    private List<String> headings(DecisionWords words) {
        return List.of(
                say("variant", "variant"),
                words.metric(),
                say("answer, p50 / p95", "svar, p50 / p95"),
                say("memory", "minne"),
                "disk",
                say("1,000 answers", "1 000 svar"),
                say("meets goal", "når målet"),
                say("unbeaten", "oslagen"));
    }

    private List<List<String>> rows(DecisionWords words) {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < decision.variants().size(); i++) {
            JudgedVariant variant = decision.variants().get(i);
            Figures figures = variant.figures();
            boolean isChosen = variant.name().equals(decision.chosen().name());
            rows.add(List.of(
                    (i + 1) + "  " + variant.name() + (isChosen ? " ←" : ""),
                    words.withInterval(variant),
                    words.amount(Criterion.Kind.LATENCY_P95, figures.answerP50()) + " / "
                            + words.amount(Criterion.Kind.LATENCY_P95, figures.answerP95()),
                    words.here(figures, Criterion.Kind.MEMORY),
                    words.here(figures, Criterion.Kind.DISK),
                    words.amount(Criterion.Kind.COST_PER_1000, figures.costPer1000()),
                    variant.meetsGoal() ? say("yes", "ja") : say("no", "nej"),
                    decision.frontier().contains(variant) ? say("yes", "ja") : say("no", "nej")));
        }
        return rows;
    }

    /// Each change with what it did, tested in pairs.
    private void steps(Html page, DecisionWords words) {
        if (decision.tests().isEmpty()) {
            return;
        }
        page.raw("<section>\n").heading(2, say("What each step did", "Vad varje steg gjorde"));
        page.paragraph(
                "quiet",
                say(
                        "The same examples, answered before and after; p-values are corrected for their number (Holm).",
                        "Samma exempel, besvarade före och efter; p-värden är korrigerade för sitt antal (Holm)."));
        new StepsTable(decision, words, tongue).addTo(page);
        page.raw("</section>\n");
    }

    /// What was done to each variant that is no model as it was found.
    private void making(Html page) {
        List<Variant> made = decision.variants().stream()
                .map(JudgedVariant::variant)
                .filter(variant -> !variant.made().isEmpty())
                .toList();
        if (made.isEmpty()) {
            return;
        }
        page.raw("<section>\n")
                .heading(2, say("How they were made", "Hur de gjordes"))
                .raw("<ul>\n");
        made.forEach(variant -> page.element("li", "", variant.name() + ": " + String.join("; ", variant.made())));
        page.raw("</ul>\n</section>\n");
    }

    private void baselines(Html page, DecisionWords words) {
        if (baselines.isEmpty()) {
            return;
        }
        page.raw("<section>\n").heading(2, say("Without a model", "Utan modell"));
        List<List<String>> rows = new ArrayList<>();
        for (Baseline baseline : baselines) {
            rows.add(List.of(baseline.name(), words.withInterval(baseline.quality())));
        }
        rows.add(List.of(decision.chosen().name(), words.withInterval(decision.chosen())));
        page.table(
                say("What answers without a model come to", "Vad svar utan modell ger"),
                List.of("", words.metric()),
                rows);
        page.raw("</section>\n");
    }

    private void notes(Html page) {
        if (!notes.isEmpty()) {
            page.raw("<section>\n");
            page.heading(2, say("Left out", "Utelämnat")).raw("<ul>\n");
            notes.forEach(note -> page.element("li", "", note));
            page.raw("</ul>\n</section>\n");
        }
    }

    private String say(String english, String swedish, Object... values) {
        return String.format(Locale.ROOT, new Wording(english, swedish).in(tongue), values);
    }
}
