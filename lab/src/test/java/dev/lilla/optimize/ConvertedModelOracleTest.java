package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.Gguf;
import dev.lilla.format.GgufValue;
import dev.lilla.format.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A converted model says what the reference says of the original, without any load option: the GGUF keeps all that
/// config.json knew.
class ConvertedModelOracleTest {
    private static final float TOLERANCE = 1e-3f;

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> computesTheSameFromGguf() {
        return Oracle.modelNames().stream()
                .map(model -> DynamicTest.dynamicTest(model, () -> {
                    Path gguf = folder.resolve(model + ".gguf");
                    Converter.convert(
                            ConversionRequest.of(Oracle.model(model), gguf, ConversionType.F32), Progress.NONE);
                    assertReference(model, gguf);
                }));
    }

    @TestFactory
    Stream<DynamicTest> computesTheSameFromADirectoryMadeOfAGguf() {
        return Oracle.modelNames().stream()
                .map(model -> DynamicTest.dynamicTest(model, () -> {
                    Path gguf = folder.resolve(model + ".gguf");
                    Path directory = folder.resolve(model);
                    Converter.convert(
                            ConversionRequest.of(Oracle.model(model), gguf, ConversionType.F32), Progress.NONE);
                    Converter.convert(ConversionRequest.of(gguf, directory, ConversionType.F32), Progress.NONE);
                    assertReference(model, directory);
                }));
    }

    @TestFactory
    Stream<DynamicTest> keepsTheTokenizerThroughADirectoryMadeOfAGguf() {
        return Oracle.modelNames().stream()
                .map(model -> DynamicTest.dynamicTest(model, () -> {
                    Path gguf = folder.resolve(model + ".gguf");
                    Path directory = folder.resolve(model);
                    Path again = folder.resolve(model + "-again.gguf");
                    Converter.convert(
                            ConversionRequest.of(Oracle.model(model), gguf, ConversionType.F16), Progress.NONE);
                    Converter.convert(ConversionRequest.of(gguf, directory, ConversionType.F16), Progress.NONE);
                    Converter.convert(ConversionRequest.of(directory, again, ConversionType.F16), Progress.NONE);
                    Map<String, GgufValue> found = tokenizerKeys(again);
                    tokenizerKeys(gguf)
                            .forEach((key, value) -> assertThat(Objects.equals(found.get(key), value))
                                    .as("%s is the same as before", key)
                                    .isTrue());
                }));
    }

    private static Map<String, GgufValue> tokenizerKeys(Path path) {
        try (Gguf gguf = Gguf.open(path)) {
            Map<String, GgufValue> keys = new TreeMap<>(gguf.metadata().entries());
            keys.keySet().removeIf(key -> !key.startsWith("tokenizer."));
            return keys;
        }
    }

    private static void assertReference(String model, Path converted) {
        List<String> names = new ArrayList<>();
        List<int[]> prompts = new ArrayList<>();
        for (JsonNode prompt : Oracle.goldenJson(model).get("prompts")) {
            names.add(prompt.get("name").asString());
            prompts.add(
                    prompt.get("ids").valueStream().mapToInt(JsonNode::asInt).toArray());
        }
        List<float[]> found = LastLogits.of(converted, prompts);
        try (Safetensors goldens = Oracle.goldenTensors(model)) {
            for (int i = 0; i < prompts.size(); i++) {
                float[] expected = Oracle.floats(goldens.tensor(names.get(i) + ".last"));
                assertThat(farthest(found.get(i), expected))
                        .as("largest difference after prompt %s", names.get(i))
                        .isLessThan(TOLERANCE);
            }
        }
    }

    private static float farthest(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        float farthest = 0;
        for (int i = 0; i < expected.length; i++) {
            farthest = Math.max(farthest, Math.abs(found[i] - expected[i]));
        }
        return farthest;
    }
}
