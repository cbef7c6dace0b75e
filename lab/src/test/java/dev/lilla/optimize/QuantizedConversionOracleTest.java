package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.Gguf;
import dev.lilla.format.GgufValue;
import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Against the files that llama-quantize made, `MODEL-TYPE.gguf`.
class QuantizedConversionOracleTest {
    @TempDir
    Path folder;

    private record Quantized(Path file, String model, ConversionType type) {}

    @TestFactory
    Stream<DynamicTest> quantizesAHuggingFaceDirectoryAsLlamaQuantizeDoes() {
        return quantized().stream()
                .map(golden -> DynamicTest.dynamicTest(golden.type().label(), () -> {
                    Path target = folder.resolve("from-directory.gguf");
                    Path source = Oracle.model(golden.model());
                    Converter.convert(ConversionRequest.of(source, target, golden.type()), Progress.NONE);
                    assertSame(golden, target);
                }));
    }

    @TestFactory
    Stream<DynamicTest> quantizesAGgufAsLlamaQuantizeDoes() {
        return quantized().stream()
                .map(golden -> DynamicTest.dynamicTest(golden.type().label(), () -> {
                    Path plain = folder.resolve("plain.gguf");
                    Path target = folder.resolve("from-gguf.gguf");
                    Path source = Oracle.model(golden.model());
                    Converter.convert(ConversionRequest.of(source, plain, ConversionType.F16), Progress.NONE);
                    Converter.convert(ConversionRequest.of(plain, target, golden.type()), Progress.NONE);
                    assertSame(golden, target);
                }));
    }

    private static void assertSame(Quantized golden, Path converted) {
        try (Gguf expected = Gguf.open(golden.file());
                Gguf found = Gguf.open(converted)) {
            assertThat(found.tensors().keySet())
                    .containsExactlyInAnyOrderElementsOf(expected.tensors().keySet());
            assertThat(found.metadata().entries())
                    .containsAllEntriesOf(expected.metadata().entries().entrySet().stream()
                            .filter(entry -> !entry.getKey().equals("general.name"))
                            .collect(Collectors.toMap(Map.Entry<String, GgufValue>::getKey, Map.Entry::getValue)));
            SoftAssertions.assertSoftly(softly -> {
                for (Tensor tensor : expected.tensors().values()) {
                    Tensor other = found.tensor(tensor.name());
                    softly.assertThat(other.type()).as(tensor.name()).isEqualTo(tensor.type());
                    softly.assertThat(other.data().mismatch(tensor.data()))
                            .as("first byte of %s that differs", tensor.name())
                            .isEqualTo(-1);
                }
            });
        }
    }

    private static List<Quantized> quantized() {
        List<Quantized> found = Oracle.list(Oracle.path("gguf/quant")).stream()
                .filter(file -> file.toString().endsWith(".gguf"))
                .map(QuantizedConversionOracleTest::quantized)
                .filter(golden -> Oracle.modelNames().contains(golden.model()))
                .toList();
        assertThat(found).isNotEmpty();
        return found;
    }

    private static Quantized quantized(Path file) {
        String name = String.valueOf(file.getFileName()).replace(".gguf", "");
        int dash = name.lastIndexOf('-');
        return new Quantized(file, name.substring(0, dash), ConversionType.of(name.substring(dash + 1)));
    }
}
