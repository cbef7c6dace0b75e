package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.Gguf;
import dev.lilla.format.Safetensors;
import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Rows of quantized files, `QUANT|TENSOR|TYPE|rowsFROM-TO`.
class DequantizerRowsOracleTest {
    private static final Pattern NAME = Pattern.compile("([^|]+)\\|([^|]+)\\|([^|]+)\\|rows(\\d+)-(\\d+)");

    @TestFactory
    Stream<DynamicTest> unpacksRowsOfQuantizedModelsToTheSameBits() {
        List<String> names;
        try (Safetensors goldens = goldens()) {
            names = goldens.tensors().keySet().stream()
                    .filter(name -> fileOf(name).isPresent())
                    .toList();
        }
        assertThat(names).isNotEmpty();
        return names.stream().map(name -> DynamicTest.dynamicTest(name, () -> assertSameRows(name)));
    }

    private static void assertSameRows(String name) {
        Matcher parts = NAME.matcher(name);
        assertThat(parts.matches()).isTrue();
        try (Safetensors goldens = goldens();
                Gguf gguf = Gguf.open(fileOf(name).orElseThrow())) {
            Tensor tensor = gguf.tensor(parts.group(2));
            Tensor expected = goldens.tensor(name);
            assertThat(tensor.type().name()).isEqualTo(parts.group(3));
            int first = Integer.parseInt(parts.group(4));
            for (int row = 0; row < expected.shape().rows(); row++) {
                assertThat(Dequantizer.row(tensor, first + row))
                        .as("row %d", first + row)
                        .containsExactly(Oracle.floats(expected.rows(row, 1)));
            }
        }
    }

    private static Safetensors goldens() {
        return Safetensors.open(Oracle.path("golden/quant/dequantised-rows.safetensors"));
    }

    /// The file of that type, if the set has one.
    private static Optional<Path> fileOf(String name) {
        String type = name.substring(0, name.indexOf('|'));
        return Oracle.filesUnder(Oracle.path("gguf/quant"), "-" + type + ".gguf").stream()
                .findFirst();
    }
}
