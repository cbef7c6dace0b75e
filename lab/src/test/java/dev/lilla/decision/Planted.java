package dev.lilla.decision;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.decision.Decision.Candidate;
import dev.lilla.evaluate.metric.ClassMetric;
import dev.lilla.evaluate.run.Efficiency;
import dev.lilla.evaluate.run.Elsewhere;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.Measured;
import dev.lilla.evaluate.run.MemoryBasis;
import dev.lilla.evaluate.run.Protocol;
import dev.lilla.evaluate.run.Resources;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.task.Decoding;
import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.Outcome;
import dev.lilla.evaluate.task.Prompt;
import dev.lilla.evaluate.task.PromptForm;
import dev.lilla.evaluate.task.Task;
import dev.lilla.evaluate.task.TaskKind;
import dev.lilla.evaluate.task.TaskRows;
import dev.lilla.evaluate.task.TaskScores;
import dev.lilla.evaluate.task.Template;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;

/// Results whose truth is known: right answers that were drawn with a given chance, at given costs.
final class Planted {
    private static final List<String> LABELS = List.of("yes", "no");

    private Planted() {}

    /// A variant that answers as `right` says.
    ///
    /// @param millis of every answer
    static Candidate variant(String name, Optional<String> parent, boolean[] right, double millis, long bytes) {
        List<Example> examples = IntStream.range(0, right.length)
                .mapToObj(i -> (Example)
                        new Example.Written("e" + i, new Prompt.Text("question " + i), List.of(LABELS.get(i % 2))))
                .toList();
        List<Outcome> outcomes = IntStream.range(0, right.length)
                .mapToObj(i -> Outcome.written(
                        LABELS.get(right[i] ? i % 2 : 1 - i % 2),
                        new Outcome.Cost(10, 0, 2, (long) (millis * 5e5), (long) (millis * 1e6), true, false)))
                .toList();
        TaskScores scores = new TaskScores(task(), examples, outcomes);
        List<Measured> measured = scores.scores().stream()
                .map(score -> new Measured(score, score.tally().score(), Bootstrap.DEFAULT.interval(score.tally())))
                .toList();
        Resources used = new Resources(
                (long) (right.length * millis * 1e6), 0, OptionalLong.of(bytes * 2), OptionalDouble.empty());
        Result result = new Result(
                name,
                "digest of " + name,
                new Protocol("planted", "hash", Map.of("engine.backend", "none")),
                scores,
                measured,
                Efficiency.of(outcomes, used, bytes));
        return new Candidate(
                new Variant(
                        name, Path.of(name + ".gguf"), parent.isPresent() ? List.of("q4_0", "+12") : List.of(), parent),
                result);
    }

    /// The same at a place elsewhere, at the price of the assumed API.
    static Candidate elsewhere(boolean[] right, double millis) {
        Result here = variant("far", Optional.empty(), right, millis, 1).result();
        Efficiency e = here.efficiency();
        Efficiency far = new Efficiency(
                e.promptTokensPerSecond(),
                e.completionTokensPerSecond(),
                e.firstMillis(),
                e.totalMillis(),
                e.secondsPerAnswer(),
                1000,
                1000,
                0,
                OptionalLong.empty(),
                0,
                OptionalDouble.empty(),
                MemoryBasis.SHARED_PROCESS,
                Optional.of(new Elsewhere("a cloud API", "api.example")));
        return new Candidate(
                Variant.elsewhere("far"),
                new Result("far", "remote-1", here.protocol(), here.scores(), here.measured(), far));
    }

    /// Answers that are right with a chance, one by one.
    static boolean[] drawn(RandomGenerator random, int examples, double chance) {
        boolean[] right = new boolean[examples];
        for (int i = 0; i < examples; i++) {
            right[i] = random.nextDouble() < chance;
        }
        return right;
    }

    /// The first so many answers are right.
    static boolean[] first(int right, int examples) {
        boolean[] answers = new boolean[examples];
        for (int i = 0; i < right; i++) {
            answers[i] = true;
        }
        return answers;
    }

    private static Task task() {
        return new Task(
                "planted",
                new TaskKind.Classification(
                        Template.of("{{ label }}", "expected"),
                        LABELS,
                        TaskKind.Method.WRITTEN,
                        List.of(ClassMetric.ACCURACY)),
                new PromptForm(
                        Optional.empty(), Template.of("{{ text }}", "prompt"), PromptForm.Layout.TEXT, " ", "\n\n"),
                new TaskRows(Optional.empty(), Optional.empty(), 0, Optional.empty()),
                new Decoding(4, List.of(), SamplerOptions.sampled(0, 0)),
                JsonMapper.shared().createObjectNode());
    }
}
