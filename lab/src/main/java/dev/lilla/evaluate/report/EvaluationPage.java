package dev.lilla.evaluate.report;

import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.run.Comparison;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.Measured;
import dev.lilla.evaluate.run.Prices;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/// An evaluation as a page. Its sections can stand in other pages too.
public final class EvaluationPage {
    private final List<Result> results;
    private final List<Comparison> comparisons;

    private EvaluationPage(List<Result> results, List<Comparison> comparisons) {
        this.results = List.copyOf(results);
        this.comparisons = List.copyOf(comparisons);
    }

    /// Writes the page.
    ///
    /// @param results at least one, all of the same task
    public static void write(Path file, List<Result> results, List<Comparison> comparisons, Prices prices) {
        html(results, comparisons, prices).write(file);
    }

    static Html html(List<Result> results, List<Comparison> comparisons, Prices prices) {
        String task = results.getFirst().protocol().task();
        int examples = results.getFirst().scores().examples().size();
        Html page = new Html(task + ": evaluation");
        page.heading(1, task);
        page.paragraph("quiet", examples + " examples, evaluated by Lilla on " + LocalDate.now(ZoneId.systemDefault()));
        new EvaluationPage(results, comparisons).summary(page);
        addDetails(page, results, comparisons, prices);
        return page;
    }

    /// Adds all that stands below the summary: scores, efficiency, classes, examples and protocol.
    public static void addDetails(Html page, List<Result> results, List<Comparison> comparisons, Prices prices) {
        EvaluationPage sections = new EvaluationPage(results, comparisons);
        sections.scores(page);
        new EfficiencySection(results, prices).add(page);
        ClassesSection.add(page, results);
        ExamplesSection.add(page, results);
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
                            ScoreText.of(measured.value(), measured.score().scale()));
                })
                .toList();
        Scale scale = main.score().scale();
        IntervalChart.Axis axis = scale == Scale.SHARE ? IntervalChart.Axis.shares() : IntervalChart.Axis.around(bars);
        page.raw("<section>\n").heading(2, main.metric());
        page.paragraph(
                "quiet",
                (scale.isHigherBetter() ? "Higher is better." : "Lower is better.")
                        + " The lines show where the true value lies in 95 of 100 cases.");
        page.raw(new IntervalChart(main.metric() + " with 95 % intervals", bars, axis).svg());
        page.raw("<ul>\n");
        for (Comparison comparison : comparisons) {
            page.element("li", "", comparison.sentence(examples(), isHigherBetter(comparison.metric())));
        }
        ScoreText.tooWide(main, examples()).ifPresent(text -> page.element("li", "", text));
        page.raw("</ul>\n</section>\n");
    }

    private boolean isHigherBetter(String metric) {
        return metrics().stream()
                .filter(measured -> measured.metric().equals(metric))
                .anyMatch(measured -> measured.score().scale().isHigherBetter());
    }

    void scores(Html page) {
        page.raw("<section>\n").heading(2, "Scores");
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < metrics().size(); i++) {
            int metric = i;
            rows.add(row(
                    metrics().get(i).metric(),
                    result -> ScoreText.withInterval(result.measured().get(metric))));
        }
        page.table("Scores with 95 % intervals", headings(), rows);
        if (!comparisons.isEmpty()) {
            List<List<String>> tests = comparisons.stream()
                    .map(comparison -> List.of(
                            comparison.first() + " against " + comparison.second(),
                            comparison.metric(),
                            difference(comparison),
                            comparison.paired().test(),
                            comparison.probability(),
                            comparison.paired().isSignificant() ? "yes" : "no"))
                    .toList();
            page.table(
                    "Paired tests; p-values are corrected for their number (Holm)",
                    List.of("models", "metric", "difference (95 %)", "test", "p", "significant"),
                    tests);
        }
        page.raw("</section>\n");
    }

    private String difference(Comparison comparison) {
        Scale scale = metrics().getFirst().score().scale();
        return ScoreText.of(comparison.paired().difference(), scale) + " ("
                + ScoreText.of(comparison.paired().interval().low(), scale) + " to "
                + ScoreText.of(comparison.paired().interval().high(), scale) + ")";
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
        page.raw("<section>\n").heading(2, "Protocol");
        page.paragraph(
                "quiet",
                "All that a score depends on besides the model. Only scores of equal protocols can be compared.");
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("protocol", result -> result.protocol().hash()));
        rows.add(row("model digest", Result::digest));
        Map<String, String> facts = new TreeMap<>(results.getFirst().protocol().facts());
        for (String fact : facts.keySet()) {
            rows.add(row(fact, result -> result.protocol().facts().getOrDefault(fact, "")));
        }
        page.table("Protocol of each model", headings(), rows);
        page.raw("</section>\n");
    }
}
