package dev.lilla.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WriterOracleTest {
    @TempDir
    Path folder;

    static List<Path> ggufs() {
        return Oracle.ggufs();
    }

    static List<Path> safetensors() {
        return Oracle.filesUnder(Oracle.root(), ".safetensors");
    }

    static List<Path> models() {
        return Oracle.models();
    }

    @ParameterizedTest
    @MethodSource("ggufs")
    void writesAGgufAsTheReferenceWroteItByteByByte(Path file) throws IOException {
        Path copy = folder.resolve("copy.gguf");
        try (Gguf gguf = Gguf.open(file)) {
            GgufWriter.write(copy, gguf.metadata(), gguf.tensors().values());
        }
        assertThat(Files.mismatch(copy, file)).isEqualTo(-1);
    }

    @ParameterizedTest
    @MethodSource("safetensors")
    void writesSafetensorsAsTheReferenceWroteThemByteByByte(Path file) throws IOException {
        Path copy = folder.resolve("copy.safetensors");
        try (Safetensors safetensors = Safetensors.open(file)) {
            SafetensorsWriter.write(
                    copy, safetensors.metadata(), safetensors.tensors().values());
        }
        assertThat(Files.mismatch(copy, file)).isEqualTo(-1);
    }

    @ParameterizedTest
    @MethodSource("models")
    void writesAModelInPartsThatReadBackEqual(Path model) {
        try (Checkpoint weights = HuggingFaceDirectory.open(model).openWeights()) {
            Collection<Tensor> tensors = weights.tensors().values();
            long bytes = tensors.stream()
                    .mapToLong(tensor -> tensor.data().byteSize())
                    .sum();
            List<TensorDescription> described =
                    tensors.stream().map(TensorDescription::of).toList();
            try (SafetensorsWriter writer = SafetensorsWriter.createSharded(folder, Map.of(), described, bytes / 3)) {
                tensors.forEach(writer::write);
                writer.finish();
            }
            try (Safetensors copy = Safetensors.open(folder)) {
                assertThat(copy.path().getFileName()).hasToString("model.safetensors.index.json");
                assertSame(copy, weights);
            }
        }
    }

    private static void assertSame(Checkpoint found, Checkpoint expected) {
        assertThat(new ArrayList<>(found.tensors().keySet()))
                .isEqualTo(new ArrayList<>(expected.tensors().keySet()));
        expected.tensors().forEach((name, tensor) -> {
            assertThat(TensorDescription.of(found.tensor(name))).isEqualTo(TensorDescription.of(tensor));
            assertThat(found.tensor(name).data().mismatch(tensor.data()))
                    .as(name)
                    .isEqualTo(-1);
        });
    }
}
