package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.Gguf;
import dev.lilla.format.GgufValue;
import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class GgufConversionOracleTest {
    /// The name of the model is that of the folder it was converted in.
    private static final Set<String> FREE_KEYS = Set.of("general.name");

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> writesTheTensorsThatLlamaCppWrites() {
        return converted()
                .map(model -> DynamicTest.dynamicTest(model, () -> {
                    try (Gguf expected = Gguf.open(Oracle.gguf(model).orElseThrow());
                            Gguf converted = Gguf.open(converted(model))) {
                        assertThat(converted.tensors().keySet())
                                .containsExactlyInAnyOrderElementsOf(
                                        expected.tensors().keySet());
                        SoftAssertions.assertSoftly(softly -> {
                            for (Tensor tensor : expected.tensors().values()) {
                                Tensor found = converted.tensor(tensor.name());
                                softly.assertThat(found.type())
                                        .as(tensor.name())
                                        .isEqualTo(tensor.type());
                                softly.assertThat(found.shape())
                                        .as(tensor.name())
                                        .isEqualTo(tensor.shape());
                                softly.assertThat(found.data().mismatch(tensor.data()))
                                        .as("first byte of %s that differs", tensor.name())
                                        .isEqualTo(-1);
                            }
                        });
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> writesTheKeysThatLlamaCppWrites() {
        return converted()
                .map(model -> DynamicTest.dynamicTest(model, () -> {
                    try (Gguf expected = Gguf.open(Oracle.gguf(model).orElseThrow());
                            Gguf converted = Gguf.open(converted(model))) {
                        Map<String, GgufValue> found = converted.metadata().entries();
                        SoftAssertions.assertSoftly(softly -> expected.metadata()
                                .entries()
                                .forEach((key, value) -> {
                                    softly.assertThat(found).containsKey(key);
                                    if (!FREE_KEYS.contains(key)) {
                                        softly.assertThat(found.get(key))
                                                .as(key)
                                                .isEqualTo(value);
                                    }
                                }));
                    }
                }));
    }

    /// The models that llama.cpp converted.
    private static Stream<String> converted() {
        return Oracle.modelNames().stream().filter(model -> Oracle.gguf(model).isPresent());
    }

    private Path converted(String model) {
        Path target = folder.resolve(model + ".gguf");
        return Converter.convert(ConversionRequest.of(Oracle.model(model), target, ConversionType.F16), Progress.NONE);
    }
}
