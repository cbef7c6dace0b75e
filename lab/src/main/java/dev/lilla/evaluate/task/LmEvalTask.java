package dev.lilla.evaluate.task;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.evaluate.metric.ChoiceScores.Normalization;
import dev.lilla.evaluate.metric.ExactMatch;
import dev.lilla.evaluate.metric.TextMetric;
import dev.lilla.evaluate.metric.TextMetrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Task files of lm-eval (EleutherAI's evaluation harness) on local data: a `dataset_path` of `json`
/// or `csv`. What needs Python or a download is refused.
final class LmEvalTask {
    private static final String[] KEYS = {
        "task",
        "task_alias",
        "tag",
        "dataset_path",
        "dataset_kwargs",
        "output_type",
        "test_split",
        "validation_split",
        "training_split",
        "fewshot_split",
        "doc_to_text",
        "doc_to_target",
        "doc_to_choice",
        "target_delimiter",
        "fewshot_delimiter",
        "fewshot_config",
        "num_fewshot",
        "generation_kwargs",
        "metric_list",
        "description",
        "metadata"
    };

    private static final int MAX_TOKENS = 256;

    private final TaskKeys keys;

    private LmEvalTask(TaskKeys keys) {
        this.keys = keys;
    }

    static Task read(TaskKeys keys) {
        keys.requireOnly(KEYS);
        return new LmEvalTask(keys).task();
    }

    private Task task() {
        String name = keys.required("task");
        int shots = keys.number("num_fewshot", 0);
        TaskKind kind = kind();
        PromptForm prompt = new PromptForm(
                keys.optionalTemplate("description")
                        .filter(text -> !text.source().isEmpty()),
                field("doc_to_text", keys.optional("doc_to_text").orElse("")),
                PromptForm.Layout.TEXT,
                keys.optional("target_delimiter").orElse(" "),
                keys.optional("fewshot_delimiter").orElse("\n\n"));
        String test = keys.optional("test_split")
                .or(() -> keys.optional("validation_split"))
                .orElse("test");
        Optional<Path> shotRows = keys.optional("fewshot_split")
                .or(() -> keys.optional("training_split"))
                .map(this::file);
        String sampler = keys.tree().path("fewshot_config").path("sampler").asString("");
        if (shotRows.isPresent() && !sampler.isEmpty() && !sampler.equals("first_n")) {
            throw keys.wrong("fewshot_config", "has the sampler '" + sampler + "', supported is first_n");
        }
        TaskRows rows = new TaskRows(Optional.of(file(test)), shotRows, shots, Optional.empty());
        return new Task(name, kind, prompt, rows, decoding(), keys.tree());
    }

    private Path file(String split) {
        String path = keys.tree()
                .path("dataset_kwargs")
                .path("data_files")
                .path(split)
                .asString("");
        if (path.isEmpty()) {
            throw keys.wrong(
                    "dataset_kwargs",
                    "names no file for the split '" + split + "', expected data_files: {" + split
                            + ": FILE}; nothing is downloaded");
        }
        return keys.beside(path);
    }

    /// A template, or the name of a column.
    private Template field(String key, String source) {
        String template = source.matches("[A-Za-z_]\\w*") ? "{{" + source + "}}" : source;
        return Template.of(template, keys.file() + ": '" + key + "'");
    }

    private TaskKind kind() {
        String type = keys.required("output_type");
        return switch (type) {
            case "multiple_choice" ->
                new TaskKind.Choice(field("doc_to_choice", keys.required("doc_to_choice")), target(), normalizations());
            case "loglikelihood" -> new TaskKind.Continuation(target());
            case "loglikelihood_rolling" -> new TaskKind.WholeText(target());
            case "generate_until" -> new TaskKind.Writing(target(), textMetrics());
            default ->
                throw keys.wrong(
                        "output_type",
                        "is '" + type + "', supported are multiple_choice, loglikelihood, loglikelihood_rolling and"
                                + " generate_until");
        };
    }

    private Template target() {
        return field("doc_to_target", keys.required("doc_to_target"));
    }

    private List<Normalization> normalizations() {
        List<Normalization> found = new ArrayList<>();
        for (JsonNode metric : keys.tree().path("metric_list")) {
            found.add(LillaTask.normalization(metric.path("metric").asString(""), keys));
        }
        return found.isEmpty() ? List.of(Normalization.ACC, Normalization.ACC_NORM) : found;
    }

    private List<TextMetric> textMetrics() {
        List<TextMetric> metrics = new ArrayList<>();
        for (JsonNode metric : keys.tree().path("metric_list")) {
            String name = metric.path("metric").asString("");
            metrics.add(
                    name.equals("exact_match")
                            ? exactMatch(metric)
                            : TextMetrics.named(name)
                                    .orElseThrow(() -> keys.wrong(
                                            "metric_list", "names '" + name + "', known are " + TextMetrics.names())));
        }
        return metrics.isEmpty() ? List.of(ExactMatch.STRICT) : metrics;
    }

    private static ExactMatch exactMatch(JsonNode metric) {
        List<Pattern> ignored = new ArrayList<>();
        metric.path("regexes_to_ignore").forEach(regex -> ignored.add(Pattern.compile(regex.asString())));
        return new ExactMatch(
                ignored,
                metric.path("ignore_case").asBoolean(false),
                metric.path("ignore_punctuation").asBoolean(false),
                metric.path("ignore_numbers").asBoolean(false));
    }

    private Decoding decoding() {
        JsonNode settings = keys.tree().path("generation_kwargs");
        List<String> stops = new ArrayList<>();
        JsonNode until = settings.path("until");
        if (until.isArray()) {
            until.forEach(stop -> stops.add(stop.asString()));
        } else if (until.isString()) {
            stops.add(until.stringValue());
        }
        double temperature = settings.path("do_sample").asBoolean(false)
                ? settings.path("temperature").asDouble(1)
                : 0;
        return new Decoding(
                settings.path("max_gen_toks").asInt(MAX_TOKENS), stops, SamplerOptions.sampled(temperature, 0));
    }
}
