package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.format.JsonFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Every step against the logits processor of the same name in Transformers, alone and in a chain.
class SamplerOracleTest {
    private static final double TOLERANCE = 1e-5;
    private static final Pattern STEP = Pattern.compile("([a-z_]+?)_?(-?[0-9][0-9.e-]*)");

    @TestFactory
    Stream<DynamicTest> stepsGiveTheReferenceLogits() {
        JsonNode samplers = JsonFiles.read(Oracle.path("eval/samplers.json"));
        Stream<DynamicTest> single = samplers.get("processors").properties().stream()
                .map(processor -> DynamicTest.dynamicTest(
                        processor.getKey(),
                        () -> check(samplers, List.of(step(processor.getKey())), processor.getValue())));
        Stream<DynamicTest> others = samplers.properties().stream()
                .filter(entry ->
                        entry.getKey().startsWith("chain_") || entry.getKey().startsWith("openai_"))
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> checkChain(samplers, entry)));
        return Stream.concat(single, others);
    }

    private static void checkChain(JsonNode samplers, Map.Entry<String, JsonNode> entry) {
        boolean isOpenAi = entry.getKey().startsWith("openai_");
        List<SamplerStep> steps = isOpenAi
                ? List.of(openAiPenalties(entry.getKey()))
                : chain(entry.getKey().substring("chain_".length()));
        check(samplers, steps, isOpenAi ? entry.getValue() : entry.getValue().get("logits"));
    }

    private static void check(JsonNode samplers, List<SamplerStep> steps, JsonNode expected) {
        for (int row = 0; row < expected.size(); row++) {
            float[] logits = floats(samplers.get("logits").get(row));
            Candidates candidates = new Candidates(logits.length);
            candidates.reset(logits);
            TokenHistory history =
                    new TokenHistory(integers(samplers.get("context").get(row)));
            steps.forEach(step -> step.apply(candidates, history));
            float[] actual = new float[logits.length];
            Arrays.fill(actual, Float.NEGATIVE_INFINITY);
            for (int i = 0; i < candidates.count(); i++) {
                actual[candidates.id(i)] = candidates.logit(i);
            }
            float[] reference = floats(expected.get(row));
            for (int token = 0; token < reference.length; token++) {
                if (Float.isInfinite(reference[token])) {
                    assertThat(actual[token])
                            .as("row " + row + " token " + token)
                            .isEqualTo(reference[token]);
                } else {
                    assertThat((double) actual[token])
                            .as("row " + row + " token " + token)
                            .isCloseTo(reference[token], within(TOLERANCE));
                }
            }
        }
    }

    private static SamplerStep step(String name) {
        Matcher matcher = STEP.matcher(name);
        assertThat(matcher.matches()).as(name).isTrue();
        double value = Double.parseDouble(matcher.group(2));
        return switch (matcher.group(1)) {
            case "temperature", "temp" -> new SamplerStep.Temperature(value);
            case "top_k", "topk" -> new SamplerStep.TopK((int) value);
            case "top_p", "topp" -> new SamplerStep.TopP(value);
            case "min_p", "minp" -> new SamplerStep.MinP(value);
            case "typical" -> new SamplerStep.Typical(value);
            case "epsilon" -> new SamplerStep.Epsilon(value);
            case "repetition_penalty", "rep" -> penalize(value, 0, 0);
            case "no_repeat_ngram" -> new SamplerStep.NoRepeatNgram((int) value);
            default -> throw new AssertionError("the oracle has a step this test does not know: " + name);
        };
    }

    private static List<SamplerStep> chain(String names) {
        List<SamplerStep> steps = new ArrayList<>();
        for (String name : names.split("_")) {
            steps.add(step(name));
        }
        return steps;
    }

    private static SamplerStep openAiPenalties(String name) {
        Matcher matcher =
                Pattern.compile("openai_presence_([0-9.]+)_frequency_([0-9.]+)").matcher(name);
        assertThat(matcher.matches()).as(name).isTrue();
        return penalize(1, Double.parseDouble(matcher.group(1)), Double.parseDouble(matcher.group(2)));
    }

    private static SamplerStep penalize(double repetition, double presence, double frequency) {
        return new SamplerStep.Penalize(
                new SamplerOptions.Penalties(repetition, presence, frequency, Integer.MAX_VALUE));
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).isNull()
                    ? Float.NEGATIVE_INFINITY
                    : array.get(i).floatValue();
        }
        return values;
    }

    private static int[] integers(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }
}
