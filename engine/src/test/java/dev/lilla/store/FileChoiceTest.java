package dev.lilla.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FileChoiceTest {
    @Nested
    class OfADirectory {
        private static final List<String> MISTRAL = List.of(
                ".gitattributes",
                "LICENSE",
                "README.md",
                "config.json",
                "consolidated.safetensors",
                "generation_config.json",
                "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors",
                "model.safetensors.index.json",
                "params.json",
                "pytorch_model-00001-of-00001.bin",
                "pytorch_model.bin.index.json",
                "tokenizer.json",
                "tokenizer.model",
                "tokenizer_config.json",
                "onnx/model.onnx");

        @Test
        void takesShardsIndexAndWhatTheTokenizerNeeds() {
            FileChoice choice = FileChoice.among(MISTRAL, null);

            assertThat(choice.kind()).isEqualTo(ModelKind.SAFETENSORS);
            assertThat(choice.files())
                    .containsExactly(
                            "model-00001-of-00002.safetensors",
                            "model-00002-of-00002.safetensors",
                            "model.safetensors.index.json",
                            "LICENSE",
                            "README.md",
                            "config.json",
                            "generation_config.json",
                            "tokenizer.json",
                            "tokenizer.model",
                            "tokenizer_config.json");
        }

        @Test
        void takesPyTorchWeightsWhereThereIsNothingElse() {
            FileChoice choice = FileChoice.among(
                    List.of("config.json", "pytorch_model.bin", "pytorch_model.bin.index.json", "GEBtokenizer.model"),
                    null);

            assertThat(choice.kind()).isEqualTo(ModelKind.PYTORCH);
            assertThat(choice.files())
                    .containsExactly(
                            "pytorch_model.bin", "pytorch_model.bin.index.json", "GEBtokenizer.model", "config.json");
        }

        @Test
        void knowsAnAdapter() {
            FileChoice choice = FileChoice.among(
                    List.of("README.md", "adapter_config.json", "adapter_model.safetensors", "tokenizer.json"), null);

            assertThat(choice.kind()).isEqualTo(ModelKind.ADAPTER);
        }

        @Test
        void hasNoOtherModelsToChooseFrom() {
            assertThatThrownBy(() -> FileChoice.among(MISTRAL, "consolidated.safetensors"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no GGUF");
        }
    }

    @Nested
    class OfGgufs {
        private static final List<String> QUANTIZED = List.of(
                "README.md",
                "tiny.Q4_K_M.gguf",
                "tiny.Q4_K_S.gguf",
                "tiny.Q8_0.gguf",
                "tiny.f16-00001-of-00002.gguf",
                "tiny.f16-00002-of-00002.gguf");

        @Test
        void takesTheOneThatMatchesWhateverTheCase() {
            assertThat(FileChoice.among(QUANTIZED, "q8_0").files()).containsExactly("tiny.Q8_0.gguf");
            assertThat(FileChoice.among(QUANTIZED, "tiny.Q4_K_S").files()).containsExactly("tiny.Q4_K_S.gguf");
            assertThat(FileChoice.among(QUANTIZED, "tiny.Q4_K_S.gguf").files()).containsExactly("tiny.Q4_K_S.gguf");
        }

        @Test
        void takesAllPartsOfASplitOne() {
            assertThat(FileChoice.among(QUANTIZED, "f16").files())
                    .containsExactly("tiny.f16-00001-of-00002.gguf", "tiny.f16-00002-of-00002.gguf");
        }

        @Test
        void takesTheUsualQuantizationWhereNobodyChose() {
            assertThat(FileChoice.among(QUANTIZED, null).files()).containsExactly("tiny.Q4_K_M.gguf");
            assertThat(FileChoice.among(List.of("only.gguf"), null).files()).containsExactly("only.gguf");
        }

        @Test
        void listsWhatThereIsWhenNothingOrTooMuchMatches() {
            assertThatThrownBy(() -> FileChoice.among(QUANTIZED, "q4"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("tiny.Q8_0.gguf")
                    .hasMessageNotContaining("00002-of");
            assertThatThrownBy(() -> FileChoice.among(List.of("a-q8_0.gguf", "b-q8_0.gguf"), "q8_0"))
                    .hasMessageContaining("several")
                    .hasMessageContaining("a-q8_0.gguf, b-q8_0.gguf");
        }

        @Test
        void refusesASplitOneWithPartsMissing() {
            assertThatThrownBy(() -> FileChoice.among(List.of("a-00001-of-00003.gguf"), null))
                    .hasMessageContaining("one of 3 parts, found 1");
        }

        @Test
        void countsEachModelOfARepository() {
            assertThat(FileChoice.all(QUANTIZED))
                    .extracting(choice -> choice.files().getFirst())
                    .containsExactly(
                            "tiny.Q4_K_M.gguf", "tiny.Q4_K_S.gguf", "tiny.Q8_0.gguf", "tiny.f16-00001-of-00002.gguf");
        }
    }

    @Test
    void saysSoWhereThereIsNoModel() {
        assertThatThrownBy(() -> FileChoice.among(List.of("README.md", "config.json"), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no model");
    }
}
