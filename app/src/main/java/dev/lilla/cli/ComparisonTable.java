package dev.lilla.cli;

import dev.lilla.evaluate.Divergence;
import dev.lilla.evaluate.report.ReportWords;
import dev.lilla.evaluate.report.ScoreText;
import dev.lilla.evaluate.run.Comparison;
import dev.lilla.evaluate.run.Evaluation;
import dev.lilla.evaluate.run.Measured;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.statistics.PairedComparison;
import dev.lilla.project.Tongue;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What variants of a model lose against it.
///
/// @param rows the original first
/// @param pairs each variant's task score against the original's, in the order of the rows; empty without a task
record ComparisonTable(List<ComparisonRow> rows, List<Comparison> pairs) {
    ComparisonTable {
        rows = List.copyOf(rows);
        pairs = List.copyOf(pairs);
    }

    /// A table whose p-values are corrected for the number of variants (Holm).
    static ComparisonTable of(List<ComparisonRow> rows) {
        List<Comparison> pairs = new ArrayList<>();
        ComparisonRow original = rows.getFirst();
        for (ComparisonRow row : rows.subList(1, rows.size())) {
            row.task()
                    .flatMap(ComparisonTable::main)
                    .ifPresent(score -> pairs.add(new Comparison(
                            row.name(),
                            original.name(),
                            score.metric(),
                            PairedComparison.of(
                                    score.score().tally(),
                                    original.task()
                                            .flatMap(ComparisonTable::main)
                                            .orElseThrow()
                                            .score()
                                            .tally(),
                                    Bootstrap.DEFAULT))));
        }
        return new ComparisonTable(rows, Comparison.corrected(pairs));
    }

    private static Optional<Measured> main(Evaluation.Result result) {
        return result.measured().stream().findFirst();
    }

    ArrayNode json() {
        ArrayNode list = JsonMapper.shared().createArrayNode();
        for (int i = 0; i < rows.size(); i++) {
            ComparisonRow row = rows.get(i);
            Divergence.Result result = row.result();
            ObjectNode node = list.addObject();
            node.put("name", row.name())
                    .put("parameters", row.parameters())
                    .put("bytes", row.bytes())
                    .put("bitsPerWeight", row.bitsPerWeight())
                    .put("tokens", result.tokens())
                    .put("perplexity", result.perplexity())
                    .put("lossChange", result.lossChange())
                    .put("lossChangeError", result.lossChangeError())
                    .put("klDivergence", result.divergence())
                    .put("klDivergenceError", result.divergenceError())
                    .put("klDivergence99", result.divergence99())
                    .put("top1Agreement", result.agreement())
                    .put("tokensPerSecond", row.tokensPerSecond());
            Optional<Comparison> pair = i == 0 || pairs.isEmpty() ? Optional.empty() : Optional.of(pairs.get(i - 1));
            row.task().ifPresent(task -> node.set("task", json(task, pair)));
        }
        return list;
    }

    private static ObjectNode json(Evaluation.Result task, Optional<Comparison> pair) {
        Measured score = main(task).orElseThrow();
        ObjectNode node = JsonMapper.shared()
                .createObjectNode()
                .put("name", task.protocol().task())
                .put("protocol", task.protocol().hash())
                .put("metric", score.metric())
                .put("value", score.value())
                .put("low", score.interval().low())
                .put("high", score.interval().high())
                .put("interval", score.interval().method())
                .put("examples", score.score().tally().examples());
        pair.map(Comparison::paired).ifPresent(paired -> {
            ObjectNode change = node.putObject("change")
                    .put("difference", paired.difference())
                    .put("low", paired.interval().low())
                    .put("high", paired.interval().high())
                    .put("test", paired.test())
                    .put("p", paired.pValue())
                    .put("significant", paired.isSignificant());
            paired.examplesToSettle().ifPresent(count -> change.put("examplesToSettle", count));
        });
        return node;
    }

    void print(PrintStream out) {
        List<String> headings = new ArrayList<>(List.of(
                "VARIANT",
                ">PARAMETERS",
                ">SIZE",
                ">BITS",
                ">PERPLEXITY",
                ">LOSS",
                ">+/-",
                ">KL",
                ">KL 99 %",
                ">TOP-1"));
        Optional<Measured> score = rows.getFirst().task().flatMap(ComparisonTable::main);
        score.ifPresent(measured -> headings.add(">" + measured.metric().toUpperCase(Locale.ROOT)));
        headings.add(">TOKENS/S");
        Table table = new Table(headings.toArray(String[]::new));
        rows.forEach(row -> table.row(cells(row)));
        table.print(out);
        out.println();
        out.println(rows.getFirst().result().tokens()
                + " tokens compared. LOSS is the change in nats a token, with its standard error.");
        score.ifPresent(measured -> printTask(out, measured));
    }

    private static Object[] cells(ComparisonRow row) {
        Divergence.Result result = row.result();
        List<String> cells = new ArrayList<>(List.of(
                row.name(),
                Units.count(row.parameters()),
                Units.bytes(row.bytes()),
                text("%.2f", row.bitsPerWeight()),
                text("%.4f", result.perplexity()),
                text("%+.4f", result.lossChange()),
                text("%.4f", result.lossChangeError()),
                text("%.5f", result.divergence()),
                text("%.4f", result.divergence99()),
                text("%.2f %%", 100 * result.agreement())));
        row.task().flatMap(ComparisonTable::main).map(ScoreText::withInterval).ifPresent(cells::add);
        cells.add(text("%.1f", row.tokensPerSecond()));
        return cells.toArray();
    }

    /// Whether the variants do the task worse, or how many examples would tell.
    private void printTask(PrintStream out, Measured score) {
        int examples = score.score().tally().examples();
        out.println(score.metric().toUpperCase(Locale.ROOT) + " is the score on the " + examples + " examples of "
                + rows.getFirst().task().orElseThrow().protocol().task()
                + ", with its 95 % interval. Against the original, in pairs:");
        boolean isHigherBetter = score.score().scale().isHigherBetter();
        pairs.forEach(pair -> out.println("  " + pair.sentence(examples, isHigherBetter)));
        new ReportWords(Tongue.ENGLISH).tooWide(score, examples).ifPresent(out::println);
    }

    private static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
