package dev.lilla.model.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.JsonFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every model of the oracle against its own files.
class FamilyOracleTest {
    static List<Path> models() {
        return Oracle.models();
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyTensorBelongsToExactlyOneRule(Path model) {
        try (ModelDescription description = open(model)) {
            assertThat(description.warnings()).isEmpty();
            var claimed = new TreeSet<String>();
            for (String name : description.checkpoint().tensors().keySet()) {
                var rule = description.table().huggingFaceRule(name);
                assertThat(rule).as(name).isPresent();
                assertThat(claimed.add(rule.orElseThrow().name())).as(name).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void describesAsManyLayersAndColumnsAsTheFileHolds(Path model) {
        try (ModelDescription description = open(model)) {
            var spec = description.spec();
            var embedding = description.tensor(spec.embedding().table());
            assertThat(embedding.shape().rows()).isEqualTo(spec.vocab());
            assertThat(embedding.shape().columns()).isEqualTo(spec.hidden());
            assertThat(spec.layers()).hasSize(layersIn(description));
        }
    }

    private static int layersIn(ModelDescription description) {
        return (int) description.checkpoint().tensors().keySet().stream()
                .map(name -> name.replaceAll(".*?\\.(\\d+)\\..*", "$1"))
                .filter(name -> name.matches("\\d+"))
                .distinct()
                .count();
    }

    private static ModelDescription open(Path model) {
        var config = HuggingFaceConfig.of(model.toString(), JsonFiles.read(model.resolve("config.json")));
        Assumptions.assumeTrue(
                Families.ALL.stream().anyMatch(f -> f.modelTypes().contains(config.architecture())),
                "no family for " + config.architecture());
        return ModelDescription.open(model, LoadOptions.DEFAULT);
    }
}
