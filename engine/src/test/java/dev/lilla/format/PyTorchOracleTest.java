package dev.lilla.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Models that the set has in both forms are the same in both.
class PyTorchOracleTest {
    static List<Path> files() {
        return Oracle.models().stream()
                .flatMap(model -> Oracle.list(model).stream())
                .filter(file -> file.getFileName().toString().startsWith("pytorch_model.bin"))
                .filter(file -> Files.exists(file.resolveSibling("model.safetensors"))
                        || Files.exists(file.resolveSibling("model.safetensors.index.json")))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("files")
    void equalsTheSafetensorsTensorByTensor(Path file) {
        try (PyTorchWeights weights = PyTorchWeights.open(file);
                Safetensors expected = Safetensors.open(file.resolveSibling(""))) {
            assertThat(weights.tensors().keySet())
                    .containsExactlyInAnyOrderElementsOf(expected.tensors().keySet());
            expected.tensors().forEach((name, tensor) -> {
                assertThat(TensorDescription.of(weights.tensor(name))).isEqualTo(TensorDescription.of(tensor));
                assertThat(weights.tensor(name).data().mismatch(tensor.data()))
                        .as(name)
                        .isEqualTo(-1);
            });
        }
    }
}
