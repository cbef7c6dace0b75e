package dev.lilla.evaluate.report;

import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.run.Comparison;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.JudgeRecord;
import dev.lilla.evaluate.run.Measured;
import dev.lilla.evaluate.run.Prices;
import dev.lilla.project.Tongue;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// An evaluation as a page. Its sections can stand in other pages too.
public final class EvaluationPage {
    private final List<Result> results;
    private final List<Comparison> comparisons;
    private final ReportWords words;

    private EvaluationPage(List<Result> results, List<Comparison> comparisons, ReportWords words) {
        this.results = List.copyOf(results);
        this.comparisons = List.copyOf(comparisons);
        this.words = words;
    }

    /// What is on a page.
    ///
    /// @param results at least one, all of the same task
    /// @param judge what a judge said of their answers, if one took part
    public record Contents(
            List<Result> results, List<Comparison> comparisons, Prices prices, Optional<JudgeRecord> judge) {
        public Contents {
            results = List.copyOf(results);
            comparisons = List.copyOf(comparisons);
        }
    }

    /// Writes the page.
    public static void write(Path file, Contents contents, Tongue tongue) {
        html(contents, new ReportWords(tongue)).write(file);
    }

    static Html html(Contents contents, ReportWords words) {
        List<Result> results = contents.results();
        List<Comparison> comparisons = contents.comparisons();
        String task = results.getFirst().protocol().task();
        int examples = results.getFirst().scores().examples().size();
        Html page = new Html(task + words.say(": evaluation", ": utvärdering"), words.code());
        page.heading(1, task);
        page.paragraph(
                "quiet",
                words.say(
                        "%s examples, evaluated by Lilla on %s",
                        "%s exempel, utvärderade av Lilla den %s", examples, LocalDate.now(ZoneId.systemDefault())));
        new EvaluationPage(results, comparisons, words).summary(page);
        contents.judge().ifPresent(judge -> new JudgeSection(judge, words).add(page));
        addDetails(page, results, comparisons, contents.prices(), words.tongue());
        return page;
    }

    /// Adds all that stands below the summary: scores, efficiency, classes, examples and protocol.
    public static void addDetails(
            Html page, List<Result> results, List<Comparison> comparisons, Prices prices, Tongue tongue) {
        ReportWords words = new ReportWords(tongue);
        EvaluationPage sections = new EvaluationPage(results, comparisons, words);
        sections.scores(page);
        new EfficiencySection(results, prices, words).add(page);
        new ClassesSection(results, words).add(page);
        ExamplesSection.add(page, results, words);
        sections.protocol(page);
    }

    private int examples() {
        return results.getFirst().scores().examples().size();
    }

    private List<Measured> metrics() {
        return results.getFirst().measured();
    }

    /// The main metric as a chart, and what the comparisons say.
    void summary(Html page) {
        Measured main = metrics().getFirst();
        List<IntervalChart.Bar> bars = results.stream()
                .map(result -> {
                    Measured measured = result.measured().getFirst();
                    return new IntervalChart.Bar(
                            result.model(),
                            measured.value(),
                            measured.interval().low(),
                            measured.interval().high(),
                            words.score(measured.value(), measured.score().scale()));
                })
                .toList();
        Scale scale = main.score().scale();
        IntervalChart.Axis axis = scale == Scale.SHARE ? IntervalChart.Axis.shares() : IntervalChart.Axis.around(bars);
        page.raw("<section>\n").heading(2, main.metric());
        page.paragraph(
                "quiet",
                (scale.isHigherBetter()
                                ? words.say("Higher is better.", "Högre är bättre.")
                                : words.say("Lower is better.", "Lägre är bättre."))
                        + words.say(
                                " The lines show where the true value lies in 95 of 100 cases.",
                                " Linjerna visar var det sanna värdet ligger i 95 fall av 100."));
        page.raw(new IntervalChart(
                        main.metric() + words.say(" with 95 % intervals", " med 95-procentiga intervall"),
                        bars,
                        axis.with(words::local))
                .svg());
        page.raw("<ul>\n");
        for (Comparison comparison : comparisons) {
            page.element("li", "", words.sentence(comparison, examples(), isHigherBetter(comparison.metric())));
        }
        words.tooWide(main, examples()).ifPresent(text -> page.element("li", "", text));
        page.raw("</ul>\n</section>\n");
    }

    private boolean isHigherBetter(String metric) {
        return metrics().stream()
                .filter(measured -> measured.metric().equals(metric))
                .anyMatch(measured -> measured.score().scale().isHigherBetter());
    }

    void scores(Html page) {
        page.raw("<section>\n").heading(2, words.say("Scores", "Resultat"));
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < metrics().size(); i++) {
            int metric = i;
            rows.add(row(
                    metrics().get(i).metric(),
                    result -> words.withInterval(result.measured().get(metric))));
        }
        page.table(words.say("Scores with 95 % intervals", "Resultat med 95-procentiga intervall"), headings(), rows);
        if (!comparisons.isEmpty()) {
            List<List<String>> tests = comparisons.stream()
                    .map(comparison -> List.of(
                            comparison.first() + words.say(" against ", " mot ") + comparison.second(),
                            comparison.metric(),
                            difference(comparison),
                            words.stored(comparison.paired().test()),
                            words.probability(comparison),
                            comparison.paired().isSignificant() ? words.say("yes", "ja") : words.say("no", "nej")))
                    .toList();
            page.table(
                    words.say(
                            "Paired tests; p-values are corrected for their number (Holm)",
                            "Parvisa test; p-värden är korrigerade för sitt antal (Holm)"),
                    List.of(
                            words.say("models", "modeller"),
                            words.say("metric", "mått"),
                            words.say("difference (95 %)", "skillnad (95 %)"),
                            "test",
                            "p",
                            words.say("significant", "signifikant")),
                    tests);
        }
        page.raw("</section>\n");
    }

    private String difference(Comparison comparison) {
        Scale scale = metrics().getFirst().score().scale();
        return words.score(comparison.paired().difference(), scale) + " ("
                + words.score(comparison.paired().interval().low(), scale) + words.say(" to ", " till ")
                + words.score(comparison.paired().interval().high(), scale) + ")";
    }

    private List<String> headings() {
        List<String> headings = new ArrayList<>(List.of(""));
        results.forEach(result -> headings.add(result.model()));
        return headings;
    }

    private List<String> row(String name, Function<Result, String> cell) {
        List<String> row = new ArrayList<>(List.of(name));
        results.forEach(result -> row.add(cell.apply(result)));
        return row;
    }

    void protocol(Html page) {
        page.raw("<section>\n").heading(2, words.say("Protocol", "Protokoll"));
        page.paragraph(
                "quiet",
                words.say(
                        "All that a score depends on besides the model. Only scores of equal protocols can be compared.",
                        "Allt som ett resultat beror på utom modellen. Bara resultat med lika protokoll kan jämföras."));
        List<List<String>> rows = new ArrayList<>();
        rows.add(row(
                words.say("protocol", "protokoll"), result -> result.protocol().hash()));
        rows.add(row(words.say("model digest", "modellens kontrollsumma"), Result::digest));
        Set<String> facts = new TreeSet<>();
        results.forEach(result -> facts.addAll(result.protocol().facts().keySet()));
        facts.forEach(fact -> rows.add(row(words.stored(fact), result -> fact(result, fact))));
        List<List<String>> alike = rows.stream()
                .filter(row -> row.stream().skip(1).distinct().count() == 1)
                .toList();
        if (results.size() > 1 && !alike.isEmpty()) {
            page.table(
                    words.say("The same for all models", "Lika för alla modeller"),
                    List.of("", ""),
                    alike.stream().map(row -> row.subList(0, 2)).toList());
            rows.removeAll(alike);
        }
        page.table(words.say("Protocol of each model", "Varje modells protokoll"), headings(), rows);
        page.raw("</section>\n");
    }

    private String fact(Result result, String fact) {
        return fact.equals("decoding")
                ? words.decoding(result.scores().task().decoding())
                : words.stored(result.protocol().facts().getOrDefault(fact, ""));
    }
}
