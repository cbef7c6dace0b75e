package dev.lilla.cli;

import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.report.ReportWords;
import dev.lilla.evaluate.report.ScoreText;
import dev.lilla.evaluate.run.Comparison;
import dev.lilla.evaluate.run.Efficiency;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.Measured;
import dev.lilla.evaluate.run.Prices;
import dev.lilla.project.Tongue;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// Results of an evaluation for people.
record EvaluateTable(PrintStream out, List<Result> results, List<Comparison> comparisons, Prices prices) {
    /// A result whose model has a name of its own among those before.
    static Result named(Result result, List<Result> before) {
        String name = result.model();
        int number = 1;
        while (isTaken(name, before)) {
            number++;
            name = result.model() + " #" + number;
        }
        return result.named(name);
    }

    private static boolean isTaken(String name, List<Result> before) {
        return before.stream().anyMatch(result -> result.model().equals(name));
    }

    void print() {
        Result first = results.getFirst();
        out.println(first.protocol().task() + ", " + first.scores().examples().size() + " examples, protocol "
                + String.join(
                        ", ",
                        results.stream()
                                .map(result -> result.protocol().hash())
                                .distinct()
                                .toList()));
        out.println();
        Table table = new Table(headings());
        for (int i = 0; i < first.measured().size(); i++) {
            int metric = i;
            row(
                    table,
                    first.measured().get(i).metric(),
                    result -> ScoreText.withInterval(result.measured().get(metric)));
        }
        row(table, "", result -> "");
        efficiency(table);
        table.print(out);
        notes();
    }

    private String[] headings() {
        List<String> headings = new ArrayList<>(List.of(""));
        results.forEach(result -> headings.add(">" + result.model()));
        return headings.toArray(String[]::new);
    }

    private void row(Table table, String name, Function<Result, String> cell) {
        List<String> cells = new ArrayList<>(List.of(name));
        results.forEach(result -> cells.add(cell.apply(result)));
        table.row(cells.toArray());
    }

    private void efficiency(Table table) {
        row(table, "read", result -> perSecond(result.efficiency().promptTokensPerSecond()));
        if (results.stream()
                .anyMatch(result -> !Double.isNaN(result.efficiency().completionTokensPerSecond()))) {
            row(table, "written", result -> perSecond(result.efficiency().completionTokensPerSecond()));
            row(
                    table,
                    "first token, p50 / p95",
                    result -> millis(result.efficiency().firstMillis()));
        }
        row(table, "answer, p50 / p95", result -> millis(result.efficiency().totalMillis()));
        row(
                table,
                "memory at most",
                result -> result.efficiency().peakBytes().isPresent()
                        ? Units.bytes(result.efficiency().peakBytes().getAsLong())
                        : here(result, "?"));
        row(
                table,
                "weights",
                result -> here(result, Units.bytes(result.efficiency().diskBytes())));
        row(
                table,
                "CPU time",
                result -> here(
                        result,
                        String.format(Locale.ROOT, "%.1f s", result.efficiency().cpuSeconds())));
        if (results.stream()
                .anyMatch(result -> result.efficiency().joulesPerAnswer().isPresent())) {
            row(
                    table,
                    "energy an answer",
                    result -> String.format(
                            Locale.ROOT,
                            "%.2f J",
                            result.efficiency().joulesPerAnswer().orElse(Double.NaN)));
        }
        row(table, "1,000 answers", result -> money(prices.perThousand(result.efficiency())));
        for (Prices.Api api : prices.apis()) {
            row(table, "  by " + api.name(), result -> money(Prices.perThousand(result.efficiency(), api)));
        }
    }

    private static String here(Result result, String text) {
        return result.efficiency().elsewhere().isPresent() ? "none here" : text;
    }

    private String money(double value) {
        return new ReportWords(Tongue.ENGLISH).money(value) + " " + prices.currency();
    }

    private static String perSecond(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.1f tokens/s", value);
    }

    private static String millis(Efficiency.Quantiles millis) {
        return String.format(Locale.ROOT, "%.0f / %.0f ms", millis.p50(), millis.p95());
    }

    private void notes() {
        out.println();
        int examples = results.getFirst().scores().examples().size();
        for (Comparison comparison : comparisons) {
            Scale scale = scale(comparison.metric());
            out.println(comparison.sentence(examples, scale.isHigherBetter()));
        }
        Measured main = results.getFirst().measured().getFirst();
        new ReportWords(Tongue.ENGLISH).tooWide(main, examples).ifPresent(out::println);
        long cut = results.getFirst().scores().allOutcomes().stream()
                .filter(outcome -> outcome.cost().isCut())
                .count();
        if (cut > 0) {
            out.println(cut + " prompts were longer than the context and lost their beginning; --context allows more.");
        }
        for (Result result : results) {
            result.efficiency()
                    .elsewhere()
                    .ifPresent(
                            place -> out.println("The " + examples + " examples left this machine: they were sent to "
                                    + place.host() + ", where " + result.model() + " answered."));
        }
        if (prices.isDefault()) {
            out.println("Costs rest on assumptions about a small server; --prices FILE takes yours.");
        }
    }

    private Scale scale(String metric) {
        return results.getFirst().measured().stream()
                .filter(measured -> measured.metric().equals(metric))
                .findFirst()
                .orElseThrow()
                .score()
                .scale();
    }
}
