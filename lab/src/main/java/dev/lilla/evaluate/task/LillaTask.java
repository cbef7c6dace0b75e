package dev.lilla.evaluate.task;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.evaluate.metric.AnswerSchema;
import dev.lilla.evaluate.metric.ChoiceScores.Normalization;
import dev.lilla.evaluate.metric.ClassMetric;
import dev.lilla.evaluate.metric.SchemaMetric;
import dev.lilla.evaluate.metric.TextMetric;
import dev.lilla.evaluate.metric.TextMetrics;
import dev.lilla.format.JsonFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/// Lilla's own task files; `docs/guide/evaluate.md` describes their keys.
final class LillaTask {
    private static final String[] KEYS = {
        "name",
        "kind",
        "data",
        "id",
        "system",
        "prompt",
        "expected",
        "choices",
        "labels",
        "method",
        "schema",
        "examples",
        "shots",
        "layout",
        "max-tokens",
        "stop",
        "temperature",
        "seed",
        "metrics"
    };

    private final TaskKeys keys;

    private LillaTask(TaskKeys keys) {
        this.keys = keys;
    }

    static Task read(TaskKeys keys) {
        keys.requireOnly(KEYS);
        LillaTask reader = new LillaTask(keys);
        TaskKind kind = reader.kind();
        PromptForm prompt = new PromptForm(
                keys.optionalTemplate("system"),
                kind instanceof TaskKind.WholeText ? Template.of("", "prompt") : keys.template("prompt"),
                keys.choice("layout", PromptForm.Layout.class, PromptForm.Layout.MODEL),
                " ",
                "\n\n");
        TaskRows rows =
                new TaskRows(keys.path("data"), keys.path("examples"), keys.number("shots", 0), keys.optional("id"));
        String fileName = Objects.requireNonNull(keys.file().getFileName(), "a file has a name")
                .toString();
        return new Task(
                keys.optional("name").orElse(fileName.replaceFirst("\\.ya?ml$", "")),
                kind,
                prompt,
                rows,
                reader.decoding(),
                keys.tree());
    }

    private Decoding decoding() {
        int maxTokens = keys.number("max-tokens", Decoding.MAX_TOKENS);
        if (maxTokens == 0) {
            throw keys.wrong("max-tokens", "is 0, expected 1 or more");
        }
        double temperature = keys.decimal("temperature", 0);
        if (temperature < 0) {
            throw keys.wrong("temperature", "is " + temperature + ", expected 0 or more");
        }
        return new Decoding(maxTokens, keys.list("stop"), SamplerOptions.sampled(temperature, keys.number("seed", 0)));
    }

    private TaskKind kind() {
        String kind = keys.required("kind");
        return switch (kind) {
            case "generate" -> writing("exact_match", "edit_similarity", "chrf");
            case "answer" -> writing("squad_em", "squad_f1");
            case "summarize" -> writing("rouge1_unicode", "rouge2_unicode", "rougeLsum_unicode", "chrf");
            case "extract" -> writing("json_valid", "json_exact", "field_f1");
            case "classify" -> classification();
            case "choose" -> new TaskKind.Choice(keys.template("choices"), keys.template("expected"), normalizations());
            case "continue" -> new TaskKind.Continuation(keys.template("expected"));
            case "perplexity" -> new TaskKind.WholeText(keys.template("prompt"));
            default ->
                throw keys.wrong(
                        "kind",
                        "is '" + kind + "', expected one of generate, answer, summarize, extract, classify, choose,"
                                + " continue, perplexity");
        };
    }

    private TaskKind.Writing writing(String... usual) {
        List<String> names = new ArrayList<>(keys.list("metrics"));
        if (names.isEmpty()) {
            names.addAll(Arrays.asList(usual));
        }
        List<TextMetric> metrics = new ArrayList<>();
        for (String name : names) {
            metrics.add(TextMetrics.named(name)
                    .orElseThrow(
                            () -> keys.wrong("metrics", "names '" + name + "', expected of " + TextMetrics.names())));
        }
        keys.path("schema").ifPresent(path -> metrics.add(new SchemaMetric(schema(path))));
        return new TaskKind.Writing(keys.template("expected"), metrics);
    }

    private static AnswerSchema schema(Path path) {
        return AnswerSchema.of(JsonFiles.read(path), path.toString());
    }

    private TaskKind.Classification classification() {
        List<String> labels = keys.list("labels");
        if (labels.size() < 2 || new HashSet<>(labels).size() != labels.size()) {
            throw keys.wrong("labels", "holds " + labels + ", expected a list of two or more different labels");
        }
        List<ClassMetric> metrics = new ArrayList<>();
        for (String name : keys.list("metrics")) {
            metrics.add(Arrays.stream(ClassMetric.values())
                    .filter(metric -> metric.label().equals(name))
                    .findFirst()
                    .orElseThrow(() -> keys.wrong(
                            "metrics",
                            "names '" + name + "', expected of "
                                    + Arrays.stream(ClassMetric.values())
                                            .map(ClassMetric::label)
                                            .collect(Collectors.joining(", ")))));
        }
        if (metrics.isEmpty()) {
            metrics.addAll(List.of(ClassMetric.ACCURACY, ClassMetric.F1_MACRO, ClassMetric.MCC));
        }
        return new TaskKind.Classification(
                keys.template("expected"),
                labels,
                keys.choice("method", TaskKind.Method.class, TaskKind.Method.WRITTEN),
                metrics);
    }

    private List<Normalization> normalizations() {
        List<Normalization> found = new ArrayList<>();
        for (String name : keys.list("metrics")) {
            found.add(normalization(name, keys));
        }
        return found.isEmpty() ? List.of(Normalization.ACC, Normalization.ACC_NORM) : found;
    }

    static Normalization normalization(String name, TaskKeys keys) {
        return Arrays.stream(Normalization.values())
                .filter(value -> value.label().equals(name))
                .findFirst()
                .orElseThrow(() -> keys.wrong(
                        "metrics", "names '" + name + "', expected of acc, acc_norm, acc_bytes, acc_mutual_info"));
    }
}
