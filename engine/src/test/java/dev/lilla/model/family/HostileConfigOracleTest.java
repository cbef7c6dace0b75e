package dev.lilla.model.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.Gguf;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufType;
import dev.lilla.format.GgufValue;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Every value of every configuration replaced by nonsense, one at a time, with the model's real weights: it is
/// described all the same, or refused with a message that names the file.
class HostileConfigOracleTest {
    private static final List<String> NONSENSE = List.of(
            "null",
            "0",
            "-1",
            "1",
            "2",
            "3",
            "7",
            "1e308",
            "1e-320",
            "99999999999999999999",
            "2147483647",
            "16777216",
            "0.3",
            "true",
            "\"\"",
            "\"default\"",
            "[]",
            "[0]",
            "[\"x\", {}]",
            "{}",
            "{\"factor\": 0}",
            "{\"rope_type\": \"longrope\", \"short_factor\": [1, 0]}");

    static Stream<Path> models() {
        return Oracle.models().stream();
    }

    static Stream<Path> ggufs() {
        return Oracle.modelNames().stream().flatMap(name -> Oracle.gguf(name).stream());
    }

    @ParameterizedTest
    @MethodSource("models")
    void describesOrRefusesEveryConfigJson(Path model) {
        HuggingFaceDirectory directory = HuggingFaceDirectory.open(model);
        try (var checkpoint = directory.openWeights()) {
            int refused = 0;
            for (String key : directory.config().propertyNames()) {
                for (String value : NONSENSE) {
                    ObjectNode changed = ((ObjectNode) directory.config()).deepCopy();
                    changed.set(key, JsonFiles.parse(value, "nonsense"));
                    Optional<String> message = refusal(() -> {
                        ModelConfig config = HuggingFaceConfig.of("changed.json", (JsonNode) changed);
                        var _ = new ModelDescription(model, Optional.empty(), config, checkpoint, LoadOptions.DEFAULT);
                    });
                    message.ifPresent(text ->
                            assertThat(text).as(key + ": " + value).matches("(?s).*(changed\\.json|" + model + ").*"));
                    refused += message.isPresent() ? 1 : 0;
                }
            }
            assertThat(refused).isGreaterThan(50);
        }
    }

    @ParameterizedTest
    @MethodSource("ggufs")
    void describesOrRefusesAllMetadata(Path file) {
        List<GgufValue> nonsense = List.of(
                GgufValue.of(0),
                GgufValue.of(1),
                GgufValue.of(3),
                GgufValue.of(16_777_216),
                GgufValue.of(4_294_967_295L),
                new GgufValue.Whole(GgufType.INT64, -1),
                new GgufValue.Whole(GgufType.UINT64, -1),
                GgufValue.of(Float.NaN),
                GgufValue.of(-1f),
                GgufValue.of(Float.MAX_VALUE),
                GgufValue.of("x"),
                GgufValue.of(true),
                GgufValue.of(new int[] {1, 2}));
        try (Gguf gguf = Gguf.open(file)) {
            int refused = 0;
            for (String key : gguf.metadata().entries().keySet()) {
                for (GgufValue value : nonsense) {
                    Map<String, GgufValue> changed =
                            new LinkedHashMap<>(gguf.metadata().entries());
                    changed.put(key, value);
                    Optional<String> message = refusal(() -> {
                        GgufMetadata metadata = GgufMetadata.of("changed.gguf", changed);
                        ModelConfig config = GgufConfig.of("changed.gguf", metadata, gguf.tensors());
                        var _ = new ModelDescription(file, Optional.empty(), config, gguf, LoadOptions.DEFAULT);
                    });
                    message.ifPresent(text ->
                            assertThat(text).as(key + ": " + value).matches("(?s).*(changed\\.gguf|" + file + ").*"));
                    refused += message.isPresent() ? 1 : 0;
                }
            }
            assertThat(refused).isGreaterThan(50);
        }
    }

    /// The message with which a model is refused; any other exception fails the test.
    private static Optional<String> refusal(Runnable description) {
        try {
            description.run();
            return Optional.empty();
        } catch (ModelFormatException | UnsupportedModelException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
