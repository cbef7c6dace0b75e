package dev.lilla.evaluate.run;

import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.statistics.PairedComparison;
import dev.lilla.evaluate.task.Outcome;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Results for programs and spreadsheets.
public final class Exports {
    private Exports() {}

    /// All of it; per-example answers included.
    ///
    /// @param judge what a judge said of the answers, if one took part
    public static ObjectNode json(
            List<Result> results, List<Comparison> comparisons, Prices prices, Optional<JudgeRecord> judge) {
        ObjectNode root = json(results, comparisons, prices);
        judge.ifPresent(record -> root.set("judge", record.json()));
        return root;
    }

    /// The same without a judge.
    public static ObjectNode json(List<Result> results, List<Comparison> comparisons, Prices prices) {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.put("task", results.getFirst().protocol().task());
        ArrayNode models = root.putArray("models");
        results.forEach(result -> models.add(json(result, prices)));
        ArrayNode differences = root.putArray("comparisons");
        for (Comparison comparison : comparisons) {
            PairedComparison paired = comparison.paired();
            ObjectNode node = differences.addObject();
            node.put("first", comparison.first()).put("second", comparison.second());
            node.put("metric", comparison.metric()).put("difference", paired.difference());
            node.put("low", paired.interval().low())
                    .put("high", paired.interval().high());
            node.put("test", paired.test()).put("p", paired.pValue());
            node.put("significant", paired.isSignificant());
            paired.examplesToSettle().ifPresent(count -> node.put("examplesToSettle", count));
        }
        return root;
    }

    private static ObjectNode json(Result result, Prices prices) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("model", result.model()).put("digest", result.digest());
        node.put("protocol", result.protocol().hash());
        ObjectNode facts = node.putObject("protocolFacts");
        result.protocol().facts().forEach(facts::put);
        ArrayNode scores = node.putArray("scores");
        for (Measured measured : result.measured()) {
            scores.addObject()
                    .put("metric", measured.metric())
                    .put("value", measured.value())
                    .put("low", measured.interval().low())
                    .put("high", measured.interval().high())
                    .put("interval", measured.interval().method())
                    .put("examples", measured.score().tally().examples());
        }
        node.set("efficiency", json(result.efficiency(), prices));
        ArrayNode examples = node.putArray("examples");
        List<OptionalDouble> goodness = result.scores().goodness();
        for (int i = 0; i < result.scores().examples().size(); i++) {
            ObjectNode example = examples.addObject();
            example.put("id", result.scores().examples().get(i).id());
            example.put("expected", result.scores().examples().get(i).expected());
            example.put("answer", result.scores().answer(i));
            if (result.scores().rounds() > 1) {
                ArrayNode further = example.putArray("furtherAnswers");
                for (List<Outcome> round : result.scores().further()) {
                    further.add(round.get(i).text());
                }
            }
            goodness.get(i).ifPresent(value -> example.put("score", value));
        }
        return node;
    }

    private static ObjectNode json(Efficiency efficiency, Prices prices) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("promptTokensPerSecond", efficiency.promptTokensPerSecond());
        node.put("completionTokensPerSecond", efficiency.completionTokensPerSecond());
        node.put("firstTokenMillisP50", efficiency.firstMillis().p50());
        node.put("firstTokenMillisP95", efficiency.firstMillis().p95());
        node.put("totalMillisP50", efficiency.totalMillis().p50());
        node.put("totalMillisP95", efficiency.totalMillis().p95());
        node.put("secondsPerAnswer", efficiency.secondsPerAnswer());
        node.put("promptTokens", efficiency.promptTokens());
        node.put("completionTokens", efficiency.completionTokens());
        node.put("cpuSeconds", efficiency.cpuSeconds());
        efficiency.peakBytes().ifPresent(bytes -> node.put("peakBytes", bytes));
        node.put("diskBytes", efficiency.diskBytes());
        efficiency.joulesPerAnswer().ifPresent(joules -> node.put("joulesPerAnswer", joules));
        efficiency.elsewhere().ifPresent(place -> node.put("elsewhere", place.host()));
        node.put("costPerThousand", prices.perThousand(efficiency));
        node.put("currency", prices.currency());
        return node;
    }

    /// A row for each example of each model.
    public static String csv(List<Result> results) {
        StringBuilder csv = new StringBuilder(line("model", "id", "question", "expected", "answer", "score"));
        for (Result result : results) {
            List<OptionalDouble> goodness = result.scores().goodness();
            for (int i = 0; i < goodness.size(); i++) {
                csv.append(line(
                        result.model(),
                        result.scores().examples().get(i).id(),
                        result.scores().examples().get(i).question(),
                        result.scores().examples().get(i).expected(),
                        result.scores().answer(i),
                        score(goodness.get(i))));
            }
        }
        return csv.toString();
    }

    private static String score(OptionalDouble goodness) {
        return goodness.isPresent() ? String.format(Locale.ROOT, "%.6f", goodness.getAsDouble()) : "";
    }

    private static String line(String... cells) {
        return Stream.of(cells).map(Exports::cell).collect(Collectors.joining(",")) + "\r\n";
    }

    /// A cell that begins like a formula would be computed by a spreadsheet, so it gets an apostrophe in front (OWASP,
    /// "CSV injection").
    static String cell(String text) {
        String safe = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        boolean needsQuotes = safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return needsQuotes ? "\"" + safe.replace("\"", "\"\"") + "\"" : safe;
    }
}
