package dev.lilla.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.tensor.ElementType;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogTest {
    private final Catalog catalog = Catalog.open();

    /// Parameters and sizes are those of the published checkpoints; GB are 1e9 bytes.
    @ParameterizedTest
    @CsvSource(textBlock = """
            mistral-7b-v0.1, 7241732096, 28.97, 14.48, 7.70, 128
            mistral-7b-v0.2, 7241732096, 28.97, 14.48, 7.70, 128
            mistral-7b-v0.3, 7248023552, 28.99, 14.50, 7.70, 128
            gemma-2b, 2506172416, 10.02, 5.01, 2.66, 18
            gemma-7b, 8537680896, 34.15, 17.08, 9.07, 448
            tinyllama-1.1b, 1100048384, 4.40, 2.20, 1.17, 22
            qwen-1.8b, 1836828672, 7.35, 3.67, 1.95, 192
            qwen1.5-1.8b, 1836828672, 7.35, 3.67, 1.95, 192
            qwen1.5-4b, 3950369280, 15.80, 7.90, 4.20, 400
            falcon-7b, 6921720704, 27.69, 13.84, 7.36, 8
            geb-1.3b, 1348044800, 5.39, 2.70, 1.43, 48
            chatglm3-6b, 6243584000, 24.97, 12.49, 6.63, 28
            llama-3.2-1b, 1235814400, 4.94, 2.47, 1.31, 32
            llama-3.2-3b, 3212749824, 12.85, 6.43, 3.41, 112
            qwen2.5-0.5b, 494032768, 1.98, 0.99, 0.53, 12
            qwen2.5-1.5b, 1543714304, 6.17, 3.09, 1.64, 28
            qwen2.5-3b, 3085938688, 12.34, 6.17, 3.28, 36
            qwen3-0.6b, 596049920, 2.38, 1.19, 0.63, 112
            qwen3-1.7b, 1720574976, 6.88, 3.44, 1.83, 112
            qwen3-4b, 4022468096, 16.09, 8.05, 4.27, 144
            gemma-2-2b, 2614341888, 10.46, 5.23, 2.78, 104
            gemma-3-1b, 999885952, 4.00, 2.00, 1.06, 26
            gemma-3-4b, 3880263168, 15.52, 7.76, 4.12, 136
            phi-3-mini, 3821079552, 15.28, 7.64, 4.06, 384
            phi-4-mini, 3836021760, 15.34, 7.67, 4.08, 128
            smollm2-135m, 134515008, 0.54, 0.27, 0.14, 22
            smollm2-360m, 361821120, 1.45, 0.72, 0.38, 40
            smollm2-1.7b, 1711376384, 6.85, 3.42, 1.82, 192
            smollm3-3b, 3075098624, 12.30, 6.15, 3.27, 72
            falcon3-1b, 1669408768, 6.68, 3.34, 1.77, 72
            falcon3-3b, 3227655168, 12.91, 6.46, 3.43, 88
            lilla-demo-s, 1721664, 0.007, 0.003, 0.002, 2.25
            lilla-demo-m, 3934464, 0.016, 0.008, 0.004, 4
            """)
    void countsTheParametersAndBytesOfThePublishedCheckpoints(
            String name, long parameters, double f32, double f16, double q8, double cacheKib) {
        ModelShape shape = catalog.model(name).shape();

        assertThat(shape.parameters()).isEqualTo(parameters);
        assertThat(shape.bytes(ElementType.F32) / 1e9).isCloseTo(f32, within(0.006));
        assertThat(shape.bytes(ElementType.F16) / 1e9).isCloseTo(f16, within(0.006));
        assertThat(shape.bytes(ElementType.Q8_0) / 1e9).isCloseTo(q8, within(0.006));
        assertThat(shape.cacheBytesPerToken(2) / 1024).isCloseTo(cacheKib, within(0.5));
    }

    @Test
    void holdsEachModelOnce() {
        assertThat(catalog.models()).extracting(CatalogModel::name).doesNotHaveDuplicates();
        assertThat(catalog.models()).hasSize(33);
        assertThat(catalog.models())
                .allSatisfy(
                        model -> assertThat(model.hub().map(ModelName::parse).map(ModelName::toString))
                                .isEqualTo(model.hub()));
    }

    @Test
    void listsEveryFileOfItsFolder() throws IOException, URISyntaxException {
        Path folder = Path.of(
                Objects.requireNonNull(Catalog.class.getResource("catalog")).toURI());
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".json")))
                    .containsExactlyInAnyOrderElementsOf(catalog.models().stream()
                            .map(model -> model.name() + ".json")
                            .toList());
        }
    }

    @Test
    void saysOfEachWhereItIsFromAndWhatOneMay() {
        assertThat(catalog.models()).allSatisfy(model -> {
            assertThat(model.facts().sources()).isNotEmpty();
            assertThat(model.languages().codes()).isNotEmpty().allMatch(code -> code.matches("[a-z]{2,3}"));
            assertThat(catalog.licenses()).containsValue(model.license());
            assertThat(model.license().terms()).isNotEmpty();
            assertThat(model.scores()).allSatisfy(score -> {
                assertThat(score.protocol()).isNotBlank();
                assertThat(score.source()).isNotBlank();
                assertThat(score.of()).isIn("base", "chat");
                assertThat(score.value()).isBetween(0.0, 100.0);
            });
        });
    }

    @Test
    void knowsWhichLicensesABusinessMayNotUse() {
        assertThat(catalog.model("qwen-1.8b").license().commercialUse()).isEqualTo(License.Permission.NO);
        assertThat(catalog.model("qwen2.5-3b").license().commercialUse()).isEqualTo(License.Permission.NO);
        assertThat(catalog.model("gemma-2b").license().commercialUse()).isEqualTo(License.Permission.CONDITIONAL);
        assertThat(catalog.model("mistral-7b-v0.1").license().commercialUse()).isEqualTo(License.Permission.YES);
        assertThat(catalog.model("geb-1.3b").license().commercialUse()).isEqualTo(License.Permission.UNKNOWN);
    }

    @Nested
    class FilesOfUsers {
        private static final String OWN = """
                {"name": "house-1b", "hub": "me/house-1b", "license": "%s", "languages": ["sv"],
                 "shape": {"family": "llama", "layers": 2, "hidden": 64, "ffn": 96, "heads": 4, "kvHeads": %s,
                           "headDim": 16, "vocab": 300, "context": 128}}
                """;

        @TempDir
        private Path home;

        private Catalog with(String json) throws IOException {
            Files.createDirectories(home.resolve("catalog"));
            Files.writeString(home.resolve("catalog/house.json"), json);
            return Catalog.open(home);
        }

        @Test
        void joinOurs() throws IOException {
            CatalogModel model = with(OWN.formatted("mit", "2")).model("house-1b");

            assertThat(model.license().name()).isEqualTo("MIT License");
            assertThat(model.shape().parameters()).isPositive();
            assertThat(Catalog.open(home).models()).hasSize(34);
        }

        @Test
        void mayReplaceOurs() throws IOException {
            Catalog changed = with(OWN.formatted("mit", "2").replace("house-1b", "gemma-2b"));

            assertThat(changed.models()).hasSize(33);
            assertThat(changed.model("gemma-2b").shape().layers()).isEqualTo(2);
        }

        @Test
        void areRefusedWithTheFieldThatIsWrong() {
            assertThatThrownBy(() -> with(OWN.formatted("nope", "2")))
                    .hasMessageContaining("house.json: license is \"nope\"")
                    .hasMessageContaining("apache-2.0");
            assertThatThrownBy(() -> with(OWN.formatted("mit", "0"))).hasMessageContaining("shape.kvHeads is 0");
            assertThatThrownBy(() -> with(OWN.formatted("mit", "3"))).hasMessageContaining("divisor of the 4 heads");
            assertThatThrownBy(() -> with(OWN.formatted("mit", "99999999999"))).hasMessageContaining("16777216");
            assertThatThrownBy(() -> with("{\"name\": ")).hasMessageContaining("house.json: line 1");
            assertThatThrownBy(() -> with("[".repeat(5000))).hasMessageContaining("invalid JSON");
        }
    }

    @Nested
    class Looking {
        @Test
        void findsByShortNameAndByHubName() {
            assertThat(catalog.find("TinyLlama-1.1B")).isPresent();
            assertThat(catalog.find("tinyllama/tinyllama-1.1b-chat-v1.0")).isEqualTo(catalog.find("tinyllama-1.1b"));
            assertThat(catalog.find("mistralai/Mistral-7B-Instruct-v0.1")).isEqualTo(catalog.find("mistral-7b-v0.1"));
            assertThat(catalog.find("gpt-5")).isEmpty();
        }

        @Test
        void namesSimilarModelsWhenThereIsNone() {
            assertThatThrownBy(() -> catalog.model("gemma-9b"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("gemma-9b")
                    .hasMessageContaining("gemma-2b, gemma-7b, gemma-2-2b")
                    .hasMessageNotContaining("mistral");
            assertThatThrownBy(() -> catalog.model("???")).hasMessageContaining("lilla catalog");
        }
    }

    @Nested
    class Types {
        @Test
        void fallBackWhereRowsAreNoWholeNumberOfBlocks() {
            assertThat(ModelShape.storedAs(ElementType.Q4_K, 4096)).isEqualTo(ElementType.Q4_K);
            assertThat(ModelShape.storedAs(ElementType.Q4_K, 4544)).isEqualTo(ElementType.Q5_0);
            assertThat(ModelShape.storedAs(ElementType.Q6_K, 5504)).isEqualTo(ElementType.Q8_0);
            assertThat(ModelShape.storedAs(ElementType.Q2_K, 896)).isEqualTo(ElementType.IQ4_NL);
            assertThat(ModelShape.storedAs(ElementType.Q8_0, 33)).isEqualTo(ElementType.F16);
        }
    }
}
