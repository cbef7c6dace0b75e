package dev.lilla.evaluate.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.statistics.MeanTally;
import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.Outcome;
import dev.lilla.evaluate.task.Task;
import dev.lilla.evaluate.task.TaskExamples;
import dev.lilla.evaluate.task.TaskFile;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.model.family.LoadOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// lm-eval's own task files give lm-eval's numbers.
class LmEvalOracleTest {
    private static final double TOLERANCE = 2e-3;

    @TempDir
    Path folder;

    private final JsonNode golden = Oracle.json("eval/lm_eval/results.json");

    @TestFactory
    Stream<DynamicTest> givesTheSameScores() {
        return golden.get("tasks").properties().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> check(entry.getKey(), entry.getValue())));
    }

    private void check(String name, JsonNode expected) throws InterruptedException {
        String file = expected.get("results").get("name").stringValue();
        Task task = TaskFile.read(Oracle.path("eval/lm_eval/" + file + ".yaml"));
        if (name.endsWith("shot")) {
            int shots = Integer.parseInt(name.replaceAll(".*_(\\d+)shot", "$1"));
            task = task.withRows(task.rows().withShots(shots));
        }
        try (Subject subject = subject();
                RunStore store = RunStore.open(folder.resolve(name + ".db"))) {
            Evaluation.Result result = new Evaluation(task, Integer.MAX_VALUE, new Bootstrap(1, 20))
                    .run(subject, store, (model, done, total) -> {}, () -> false)
                    .orElseThrow();
            checkScores(result, expected.get("results"));
            checkSamples(result.scores().outcomes(), expected.get("samples"));
        }
    }

    private Subject subject() {
        LoadOptions load =
                LoadOptions.DEFAULT.withContextLength(golden.get("max_length").intValue());
        LocalModelOptions options = LocalModelOptions.defaults().withLoad(load).withKvType(KvType.F32);
        Path path = Oracle.path(golden.get("model").stringValue());
        return new LocalSubject("model", LocalModel.open(path, options), options, List.of(), 4);
    }

    private static void checkScores(Evaluation.Result result, JsonNode expected) {
        int checked = 0;
        for (Measured measured : result.measured()) {
            JsonNode figure = expected.path(measured.metric() + ",none");
            if (figure.isNumber()) {
                double value = figure.doubleValue();
                assertThat(measured.value())
                        .as(measured.metric())
                        .isCloseTo(value, within(Math.max(1e-9, Math.abs(value) * 2e-4)));
                checked++;
            }
            JsonNode error = expected.path(measured.metric() + "_stderr,none");
            if (error.isNumber() && measured.score().tally() instanceof MeanTally mean) {
                assertThat(mean.standardError()).isCloseTo(error.doubleValue(), within(1e-9));
            }
        }
        assertThat(checked).isPositive();
    }

    private static void checkSamples(List<Outcome> outcomes, JsonNode samples) {
        assertThat(outcomes).hasSize(samples.size());
        for (int i = 0; i < outcomes.size(); i++) {
            JsonNode responses = samples.get(i).get("filtered_resps");
            Outcome outcome = outcomes.get(i);
            for (int k = 0; k < responses.size(); k++) {
                JsonNode response = responses.get(k);
                if (response.isString()) {
                    assertThat(outcome.text()).isEqualTo(response.stringValue());
                } else {
                    double value = (response.isArray() ? response.get(0) : response).doubleValue();
                    assertThat(outcome.logLikelihoods().get(k)).isCloseTo(value, within(TOLERANCE));
                }
            }
        }
    }

    /// Two names of the same thing must not be compared as two.
    @TestFactory
    Stream<DynamicTest> protocolsTellWhatAScoreDependsOn() {
        return Stream.of("tiny_mc", "tiny_gen")
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    Task task = TaskFile.read(Oracle.path("eval/lm_eval/" + name + ".yaml"));
                    List<Example> examples = TaskExamples.read(task, false, 5);
                    String hash =
                            Protocol.of(task, examples, Map.of("kvType", "F32")).hash();
                    assertThat(Protocol.of(task, examples, Map.of("kvType", "F32"))
                                    .hash())
                            .isEqualTo(hash);
                    assertThat(Protocol.of(task, examples, Map.of("kvType", "Q8_0"))
                                    .hash())
                            .isNotEqualTo(hash);
                    assertThat(Protocol.of(task, examples.subList(0, 4), Map.of("kvType", "F32"))
                                    .hash())
                            .isNotEqualTo(hash);
                }));
    }
}
