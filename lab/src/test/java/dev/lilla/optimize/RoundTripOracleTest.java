package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.Checkpoint;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.kernel.Dequantizer;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A checkpoint that went through a GGUF and back is the one it was.
class RoundTripOracleTest {
    /// Gemma's first configurations name its activation wrongly; of several end tokens GGUF keeps one; the type of a
    /// rotary scaling is written in both spellings.
    private static final Set<String> REWRITTEN = Set.of("hidden_act", "eos_token_id", "rope_scaling");

    /// What adding 1 and taking it away again leaves of a number near 0, in single precision.
    private static final float ROUNDING = 0x1p-23f;

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> givesBackEveryTensor() {
        return models().map(model -> DynamicTest.dynamicTest(model, () -> {
            HuggingFaceDirectory original = HuggingFaceDirectory.open(Oracle.model(model));
            try (Checkpoint expected = original.openWeights();
                    Checkpoint found = converted(model, expected).openWeights()) {
                SoftAssertions.assertSoftly(softly -> {
                    for (Tensor tensor : found.tensors().values()) {
                        Tensor other = expected.tensor(tensor.name());
                        softly.assertThat(tensor.type()).as(tensor.name()).isEqualTo(other.type());
                        softly.assertThat(tensor.shape()).as(tensor.name()).isEqualTo(other.shape());
                        if (tensor.shape().rank() == 1) {
                            softly.assertThat(Dequantizer.row(tensor, 0))
                                    .as(tensor.name())
                                    .containsExactly(Dequantizer.row(other, 0), Offset.offset(ROUNDING));
                        } else {
                            softly.assertThat(tensor.data().mismatch(other.data()))
                                    .as("first byte of %s that differs", tensor.name())
                                    .isEqualTo(-1);
                        }
                    }
                });
                long lost = expected.tensors().keySet().stream()
                        .filter(name -> !found.contains(name) && !name.endsWith("inv_freq"))
                        .count();
                assertThat(lost).as("tensors that were lost").isZero();
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> saysInConfigJsonWhatWasSaid() {
        return models().map(model -> DynamicTest.dynamicTest(model, () -> {
            HuggingFaceDirectory original = HuggingFaceDirectory.open(Oracle.model(model));
            try (Checkpoint weights = original.openWeights()) {
                JsonNode config = converted(model, weights).config();
                SoftAssertions.assertSoftly(softly -> {
                    for (Map.Entry<String, JsonNode> entry : config.properties()) {
                        JsonNode before = original.config().get(entry.getKey());
                        if (before != null && !before.isNull() && !REWRITTEN.contains(entry.getKey())) {
                            softly.assertThat(plain(entry.getValue()))
                                    .as(entry.getKey())
                                    .isEqualTo(plain(before));
                        }
                    }
                });
            }
        }));
    }

    /// Numbers as numbers, however they are written.
    private static String plain(JsonNode node) {
        return node.isNumber() ? Double.toString(node.doubleValue()) : node.toString();
    }

    /// GEB comes back as the Llama that its GGUF is.
    private static Stream<String> models() {
        return Oracle.modelNames().stream()
                .filter(model -> !HuggingFaceDirectory.open(Oracle.model(model))
                        .config()
                        .path("model_type")
                        .asString("")
                        .equals("geblm"));
    }

    private HuggingFaceDirectory converted(String model, Checkpoint original) {
        Path gguf = folder.resolve(model + ".gguf");
        Path directory = folder.resolve(model);
        ElementType type = original.tensors().values().iterator().next().type();
        Converter.convert(ConversionRequest.of(Oracle.model(model), gguf, ConversionType.F32), Progress.NONE);
        Converter.convert(ConversionRequest.of(gguf, directory, ConversionType.of(type.name())), Progress.NONE);
        return HuggingFaceDirectory.open(directory);
    }
}
