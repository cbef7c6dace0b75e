package dev.lilla.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class SafetensorsOracleTest {
    static List<Path> models() {
        return Oracle.models();
    }

    static List<Path> files() {
        return Oracle.filesUnder(Oracle.root(), ".safetensors");
    }

    @ParameterizedTest
    @MethodSource("models")
    void opensTheWeightsOfEveryModel(Path model) {
        HuggingFaceDirectory directory = HuggingFaceDirectory.open(model);
        try (Checkpoint weights = directory.openWeights()) {
            assertThat(weights.tensors()).isNotEmpty();
            directory
                    .json("model.safetensors.index.json")
                    .map(index -> index.path("weight_map"))
                    .map(JsonNode::propertyNames)
                    .ifPresent(
                            names -> assertThat(weights.tensors().keySet()).containsExactlyInAnyOrderElementsOf(names));
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void coversEveryByteAfterTheHeader(Path file) {
        try (Safetensors safetensors = Safetensors.open(file)) {
            long data = safetensors.tensors().values().stream()
                    .map(Tensor::data)
                    .mapToLong(MemorySegment::byteSize)
                    .sum();
            MappedFile mapped = MappedFile.map(file, Arena.ofAuto());
            assertThat(SafetensorsHeader.read(mapped).dataStart() + data)
                    .isEqualTo(file.toFile().length());
        }
    }
}
