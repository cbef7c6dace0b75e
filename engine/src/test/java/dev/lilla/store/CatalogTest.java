package dev.lilla.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.tensor.ElementType;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
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
        assertThat(catalog.models()).hasSize(31);
        assertThat(catalog.models())
                .allSatisfy(model ->
                        assertThat(ModelName.parse(model.hub()).toString()).isEqualTo(model.hub()));
    }

    @Nested
    class Looking {
        @Test
        void findsByShortNameAndByHubName() {
            assertThat(catalog.find("TinyLlama-1.1B")).isPresent();
            assertThat(catalog.find("tinyllama/tinyllama-1.1b-chat-v1.0")).isEqualTo(catalog.find("tinyllama-1.1b"));
            assertThat(catalog.find("gpt-5")).isEmpty();
        }

        @Test
        void namesSimilarModelsWhenThereIsNone() {
            assertThatThrownBy(() -> catalog.model("gemma-9b"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("gemma-9b")
                    .hasMessageContaining("gemma-2b, gemma-7b, gemma-2-2b")
                    .hasMessageNotContaining("mistral");
            assertThatThrownBy(() -> catalog.model("???")).hasMessageContaining("lilla models catalog");
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
