package dev.lilla.search;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.evaluate.metric.ClassMetric;
import dev.lilla.evaluate.metric.TextMetric;
import dev.lilla.evaluate.metric.TextMetrics;
import dev.lilla.evaluate.run.Protocol;
import dev.lilla.evaluate.task.Decoding;
import dev.lilla.evaluate.task.PromptForm;
import dev.lilla.evaluate.task.Task;
import dev.lilla.evaluate.task.TaskKind;
import dev.lilla.evaluate.task.TaskRows;
import dev.lilla.evaluate.task.Template;
import dev.lilla.project.Evaluation;
import dev.lilla.project.Metric;
import dev.lilla.project.Project;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A project as a task for evaluations. The metric of its goal comes first, the others of such a task after it.
public final class ProjectTask {
    private static final int TOKENS_MIN = 16;
    private static final int TOKENS_MAX = 2048;

    private ProjectTask() {}

    /// The task whose examples are a part of a project.
    ///
    /// @param parts the files of the project
    /// @param rows the examples to answer, one of these files or a piece of it
    public static Task of(Project project, PartFiles parts, Path rows) {
        Evaluation evaluation = project.evaluation();
        boolean hasSystem = evaluation.system().isPresent();
        PromptForm prompt = new PromptForm(
                hasSystem ? Optional.of(Template.of("{{ system }}", "system")) : Optional.empty(),
                Template.of("{{ prompt }}", "prompt"),
                PromptForm.Layout.MODEL,
                " ",
                "\n\n");
        TaskRows source = new TaskRows(
                Optional.of(rows),
                evaluation.shots() > 0 ? Optional.of(parts.train().path()) : Optional.empty(),
                evaluation.shots(),
                Optional.of("id"));
        return new Task(
                project.name(), kind(project, parts), prompt, source, decoding(project, parts), source(project));
    }

    /// The name that evaluations have for the metric of a project's goal: `f1_macro` for macro_f1.
    public static String metric(Project project) {
        Metric metric = project.goal().metric();
        return project.goal().task() == dev.lilla.project.Task.CLASSIFY
                ? classMetric(metric).map(ClassMetric::label).orElseGet(() -> textMetric(project))
                : textMetric(project);
    }

    private static String textMetric(Project project) {
        return textMetrics(project.goal().task(), project.goal().metric())
                .getFirst()
                .name();
    }

    /// What tells the question that a project asks from others, as protocols have it: [Protocol#TASK_FILE].
    public static String question(Project project) {
        return Protocol.source(source(project));
    }

    private static TaskKind kind(Project project, PartFiles parts) {
        Template expected = Template.of("{{ completion }}", "expected");
        Metric metric = project.goal().metric();
        Optional<ClassMetric> ofClasses = classMetric(metric);
        if (project.goal().task() == dev.lilla.project.Task.CLASSIFY && ofClasses.isPresent()) {
            return new TaskKind.Classification(
                    expected, parts.labels(), TaskKind.Method.WRITTEN, classMetrics(ofClasses.get()));
        }
        return new TaskKind.Writing(expected, textMetrics(project.goal().task(), metric));
    }

    private static Optional<ClassMetric> classMetric(Metric metric) {
        return switch (metric) {
            case ACCURACY -> Optional.of(ClassMetric.ACCURACY);
            case MACRO_F1 -> Optional.of(ClassMetric.F1_MACRO);
            case MICRO_F1 -> Optional.of(ClassMetric.F1_MICRO);
            case WEIGHTED_F1 -> Optional.of(ClassMetric.F1_WEIGHTED);
            case MCC -> Optional.of(ClassMetric.MCC);
            default -> Optional.empty();
        };
    }

    private static List<ClassMetric> classMetrics(ClassMetric first) {
        Set<ClassMetric> metrics = new LinkedHashSet<>(List.of(first));
        metrics.addAll(List.of(ClassMetric.ACCURACY, ClassMetric.F1_MACRO, ClassMetric.MCC));
        return List.copyOf(metrics);
    }

    private static List<TextMetric> textMetrics(dev.lilla.project.Task task, Metric first) {
        String name = switch (first) {
            case EXACT_MATCH, ACCURACY -> "exact_match";
            case SQUAD_F1 -> "squad_f1";
            case FIELD_F1 -> "field_f1";
            case JSON_VALID -> "json_valid";
            case BLEU -> "bleu";
            case CHRF -> "chrf";
            case ROUGE_1 -> "rouge1_unicode";
            case ROUGE_2 -> "rouge2_unicode";
            case ROUGE_L -> "rougeL_unicode";
            case ROUGE_LSUM -> "rougeLsum_unicode";
            case EDIT_SIMILARITY -> "edit_similarity";
            case MACRO_F1, MICRO_F1, WEIGHTED_F1, MCC ->
                throw new IllegalStateException(
                        first.label() + " is of classes, and projects of the task " + task.label() + " have none");
        };
        Set<String> names = new LinkedHashSet<>(List.of(name));
        names.addAll(
                switch (task) {
                    case CLASSIFY, GENERATE, CHAT -> List.of("exact_match", "edit_similarity", "chrf");
                    case EXTRACT -> List.of("field_f1", "json_exact", "json_valid");
                    case SUMMARIZE -> List.of("rouge1_unicode", "rouge2_unicode", "rougeLsum_unicode", "chrf");
                    case ANSWER -> List.of("squad_f1", "squad_em");
                });
        List<TextMetric> metrics = new ArrayList<>();
        names.forEach(metric -> metrics.add(TextMetrics.named(metric)
                .orElseThrow(() -> new IllegalStateException("there is no metric " + metric))));
        return metrics;
    }

    /// Where the project does not say how long answers may get, half as many tokens as the longest known one has
    /// characters: tokens of two characters or more.
    private static Decoding decoding(Project project, PartFiles parts) {
        Evaluation.Decoding decoding = project.evaluation().decoding();
        int longest = Math.max(parts.train().longestAnswer(), parts.test().longestAnswer());
        int tokens = decoding.maxTokens().orElse(Math.clamp(longest / 2 + TOKENS_MIN, TOKENS_MIN, TOKENS_MAX));
        SamplerOptions sampler = new SamplerOptions(
                decoding.temperature(),
                decoding.topK(),
                decoding.topP(),
                0,
                1,
                SamplerOptions.Penalties.NONE,
                Map.of(),
                SamplerOptions.DEFAULT_ORDER,
                project.evaluation().seeds().getFirst());
        return new Decoding(tokens, List.of(), sampler);
    }

    /// What of the project a score follows from, for the protocol.
    private static ObjectNode source(Project project) {
        ObjectNode source = JsonMapper.shared().createObjectNode();
        source.put("task", project.goal().task().label());
        source.put("metric", project.goal().metric().label());
        source.put("prompt", project.evaluation().prompt());
        project.evaluation().system().ifPresent(system -> source.put("system", system));
        return source;
    }
}
