package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// The log-likelihoods that lm-eval recorded for every request of its tasks, from the token ids it used.
class LogLikelihoodOracleTest {
    private static final double TOLERANCE = 2e-3;

    @TestFactory
    Stream<DynamicTest> scoresAsTheEvaluationHarness() {
        JsonNode results = Oracle.json("eval/lm_eval/results.json");
        int lengthMax = results.get("max_length").intValue();
        return results.get("tasks").properties().stream()
                .filter(task -> task.getValue().get("samples").get(0).has("token_ids")
                        || task.getValue().get("samples").get(0).has("windows"))
                .map(task -> DynamicTest.dynamicTest(task.getKey(), () -> {
                    try (OpenModel model =
                            new OpenModel(Oracle.path(results.get("model").stringValue()))) {
                        LogLikelihood scorer = new LogLikelihood(model.decoder(), model.cache(), List.of());
                        for (JsonNode sample : task.getValue().get("samples")) {
                            if (sample.has("windows")) {
                                checkRolling(scorer, sample, lengthMax);
                            } else {
                                checkChoices(scorer, sample, lengthMax);
                            }
                        }
                    }
                }));
    }

    /// Choices share a context, so they are scored together.
    private static void checkChoices(LogLikelihood scorer, JsonNode sample, int lengthMax) {
        JsonNode pairs = sample.get("token_ids");
        int[] context = integers(pairs.get(0).get("context"));
        List<int[]> continuations = new ArrayList<>();
        int longest = 0;
        for (JsonNode pair : pairs) {
            assertThat(integers(pair.get("context"))).isEqualTo(context);
            continuations.add(integers(pair.get("continuation")));
            longest = Math.max(longest, pair.get("continuation").size());
        }
        boolean fits = context.length + longest <= lengthMax + 1;
        List<LogLikelihood.Score> scores = new ArrayList<>();
        if (fits) {
            scores.addAll(scorer.score(context, continuations));
        } else {
            continuations.forEach(continuation -> scores.add(truncated(scorer, context, continuation, lengthMax)));
        }
        for (int i = 0; i < scores.size(); i++) {
            JsonNode expected = sample.get("filtered_resps").get(i);
            assertThat(scores.get(i).sum()).isCloseTo(expected.get(0).doubleValue(), within(TOLERANCE));
            assertThat(scores.get(i).isGreedy()).isEqualTo(expected.get(1).booleanValue());
        }
    }

    private static void checkRolling(LogLikelihood scorer, JsonNode sample, int lengthMax) {
        double sum = 0;
        for (JsonNode window : sample.get("windows")) {
            sum += truncated(scorer, integers(window.get("context")), integers(window.get("continuation")), lengthMax)
                    .sum();
        }
        assertThat(sum).isCloseTo(sample.get("filtered_resps").get(0).doubleValue(), within(TOLERANCE));
    }

    /// Drops tokens of the context that do not fit, from the left.
    private static LogLikelihood.Score truncated(
            LogLikelihood scorer, int[] context, int[] continuation, int lengthMax) {
        int dropped = Math.max(0, context.length + continuation.length - (lengthMax + 1));
        return scorer.score(Arrays.copyOfRange(context, dropped, context.length), List.of(continuation))
                .getFirst();
    }

    private static int[] integers(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }
}
