package dev.lilla.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.format.JsonFiles;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.RotaryEmbedding;
import dev.lilla.model.RotaryScaling;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceConfigTest {
    private static final String LLAMA = """
            {"model_type": "llama", "num_hidden_layers": 2, "hidden_size": 64, "intermediate_size": 128,
             "num_attention_heads": 4, "vocab_size": 100, "max_position_embeddings": 2048, "rms_norm_eps": 1e-5 %s}""";

    private static HuggingFaceConfig config(String json) {
        return HuggingFaceConfig.of("config.json", JsonFiles.parse(json, "config.json"));
    }

    /// A Llama's configuration in which `key` has another value, or is added.
    private static String with(String key, String value) {
        String pair = "\"" + key + "\": ";
        String all = LLAMA.formatted("");
        return all.contains(pair)
                ? all.replaceFirst(pair + "[^,}]*", pair + value)
                : LLAMA.formatted(", " + pair + value);
    }

    @Nested
    class Values {
        @Test
        void haveTheUsualDefaults() {
            Dimensions d = config(LLAMA.formatted("")).dimensions();
            assertThat(d).isEqualTo(new Dimensions(64, 2, 4, 4, 16, 128, 100, 2048, 1e-5f));
        }

        @Test
        void countNullAsAbsent() {
            assertThat(config(with("num_key_value_heads", "null")).dimensions().kvHeads())
                    .isEqualTo(4);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"64\"",
                    "64.5",
                    "true",
                    "[64]",
                    "{}",
                    "1e400",
                    "0",
                    "-64",
                    "16777217",
                    "1" + "000000000000000000000"
                })
        void areRefusedIfTheyAreNoWholeNumberInRange(String value) {
            assertThatThrownBy(() -> Describing.huggingFace(with("hidden_size", value)))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageStartingWith("config.json: hidden_size is ")
                    .hasMessageContaining("expected a whole number");
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"1e-5\"", "0", "-1e-5", "1e-300", "1e300", "NaN", "Infinity", "[]"})
        void areRefusedIfTheyAreNoNumberAboveZero(String value) {
            assertThatThrownBy(() -> Describing.huggingFace(with("rms_norm_eps", value)))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageStartingWith("config.json: rms_norm_eps is ");
        }

        @ParameterizedTest
        @CsvSource({
            "num_hidden_layers, 1025, num_hidden_layers is 1025",
            "num_attention_heads, 5, num_attention_heads is 5",
            "num_key_value_heads, 3, 4 attention heads and 3 key/value heads",
            "head_dim, 7, an even number",
            "head_dim, 8388608, 4 heads of 8388608",
            "max_position_embeddings, 999999999, max_position_embeddings is 999999999",
            "rope_theta, 0.5, rope_theta is 0.5",
            "tie_word_embeddings, 1, tie_word_embeddings is 1",
            "layer_types, 7, layer_types is 7",
        })
        void areCheckedAgainstEachOther(String key, String value, String message) {
            String json = with(key, value).replace("\"llama\"", "\"mistral\"");
            assertThatThrownBy(() -> Describing.huggingFace(json))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("config.json")
                    .hasMessageContaining(message);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "num_hidden_layers",
                    "hidden_size",
                    "intermediate_size",
                    "num_attention_heads",
                    "vocab_size",
                    "max_position_embeddings",
                    "rms_norm_eps"
                })
        void areNamedIfTheyAreMissing(String key) {
            assertThatThrownBy(() -> Describing.huggingFace(with(key, "null")))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageStartingWith("config.json: " + key + " is missing");
        }

        @Test
        void areShownShortenedInMessages() {
            assertThatThrownBy(() -> Describing.huggingFace(with("hidden_size", "\"" + "x".repeat(10_000) + "\"")))
                    .hasMessageContaining("…")
                    .satisfies(error -> assertThat(error.getMessage()).hasSizeLessThan(300));
        }
    }

    @Nested
    class Models {
        @Test
        void mayBeNamedByTheirClassAlone() {
            String json = with("architectures", "[\"LlamaForCausalLM\"]").replace("\"model_type\": \"llama\",", "");
            assertThat(Families.of(config(json))).isEqualTo(new Llama());
        }

        @Test
        void areRefusedByNameWithTheSupportedOnes() {
            assertThatThrownBy(() -> Families.of(config("{\"model_type\": \"mamba2\"}")))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("mamba2")
                    .hasMessageContaining("llama, ")
                    .hasMessageContaining("qwen2");
        }

        @Test
        void areRefusedIfNobodySaysWhatTheyAre() {
            assertThatThrownBy(() -> Families.of(config("{}")))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("model_type is missing");
            assertThatThrownBy(() -> config("[1]")).isInstanceOf(ModelFormatException.class);
        }

        @Test
        void areRefusedIfQuantizedInAForeignWay() {
            assertThatThrownBy(() -> config(with("quantization_config", "{\"quant_method\": \"gptq\"}")))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("GGUF");
        }

        @Test
        void areRefusedIfTheirGateIsAnother() {
            assertThatThrownBy(() -> Describing.huggingFace(with("hidden_act", "\"relu\"")))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("relu");
        }

        @Test
        void areRefusedIfTheyPromiseBiasesTheyLack() {
            assertThatThrownBy(() -> Describing.huggingFace(with("attention_bias", "true")))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("attention_bias")
                    .hasMessageContaining("blk.0.attn_q.bias");
        }

        @Test
        void areRefusedIfALayerIsOfAnUnknownType() {
            String json = with("layer_types", "[\"full_attention\", \"linear_attention\"]")
                    .replace("\"llama\"", "\"mistral\"");
            assertThatThrownBy(() -> Describing.huggingFace(json))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("linear_attention");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"new_decoder_architecture\": true", "\"alibi\": true", "\"multi_query\": false",
                    "\"parallel_attn\": false", "\"bias\": true", "\"activation\": \"relu\""
                })
        void areRefusedPolitelyIfFalconIsOfAnotherForm(String more) {
            String json = LLAMA.formatted(", " + more).replace("\"llama\"", "\"falcon\"");
            assertThatThrownBy(() -> Describing.huggingFace(json))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("Falcon 7B");
        }
    }

    @Nested
    class Rotation {
        private RotaryEmbedding rotary(String more) {
            return config(LLAMA.formatted(", " + more)).rotary(RotaryStyle.HALF_SPLIT, 16);
        }

        @Test
        void isUnscaledByDefault() {
            assertThat(rotary("\"rope_scaling\": null"))
                    .isEqualTo(new RotaryEmbedding(RotaryStyle.HALF_SPLIT, 16, 1e4, new RotaryScaling.None()));
            assertThat(rotary("\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 5e6}"))
                    .isEqualTo(new RotaryEmbedding(RotaryStyle.HALF_SPLIT, 16, 5e6, new RotaryScaling.None()));
        }

        @Test
        void isLinearInBothSpellings() {
            assertThat(rotary("\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.0}")
                            .scaling())
                    .isEqualTo(new RotaryScaling.Linear(2));
            assertThat(rotary("\"rope_scaling\": {\"rope_type\": \"linear\", \"factor\": 2}")
                            .scaling())
                    .isEqualTo(new RotaryScaling.Linear(2));
        }

        /// `attention_factor` of transformers' yarn: 0.1 ln(factor) + 1.
        @Test
        void readsYarnWithItsDefaults() {
            var yarn = rotary("\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 4.0,"
                            + " \"original_max_position_embeddings\": 512}")
                    .scaling();
            assertThat(yarn).isEqualTo(new RotaryScaling.Yarn(4, 512, 32, 1, 1.1386294f));
        }

        @Test
        void takesTheOriginalContextOfTheWholeConfigurationIfItsOwnIsMissing() {
            var yarn = (RotaryScaling.Yarn)
                    rotary("\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 4.0, \"mscale\": 1.0,"
                                    + " \"mscale_all_dim\": 1.0}")
                            .scaling();
            assertThat(yarn.originalContext()).isEqualTo(2048);
            assertThat(yarn.magnitude()).isCloseTo(1, within(1e-6f));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "{\"rope_type\": \"linear\"} | rope_scaling.factor is missing",
                    "{\"rope_type\": \"linear\", \"factor\": 0} | rope_scaling.factor is 0",
                    "{\"rope_type\": 3} | rope_scaling.rope_type is 3",
                    "{\"rope_type\": \"longrope\", \"short_factor\": [1]} | short_factor is 1 numbers, expected 8",
                    "[] | rope_scaling is [], expected an object",
                    "{\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 4, \"high_freq_factor\": 1}"
                            + "| high_freq_factor is 1.0",
                })
        void isRefusedIfIncomplete(String rope, String message) {
            assertThatThrownBy(() -> rotary("\"rope_scaling\": " + rope))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining(message);
        }

        @Test
        void isRefusedIfOfAnUnknownKind() {
            assertThatThrownBy(() -> rotary("\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2.0}"))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("dynamic")
                    .hasMessageContaining("llama3");
        }

        @ParameterizedTest
        @ValueSource(strings = {"1.5", "0.01", "0.07"})
        void isRefusedIfItTurnsNoEvenPartOfAHead(String part) {
            assertThatThrownBy(() -> rotary("\"partial_rotary_factor\": " + part))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("partial_rotary_factor");
        }
    }

    @Nested
    class Options {
        @Test
        void areRefusedWhereTheyMeanNothing() {
            LoadOptions options = LoadOptions.DEFAULT.withTrainContext(5).withContextLength(7);
            assertThat(new Llama().refused(options)).containsExactly(LoadOptions.Name.TRAIN_CONTEXT);
            assertThat(new Qwen().refused(options)).isEmpty();
            assertThat(new Qwen().refused(options.withGebLayout(GebLayout.DEFAULT)))
                    .containsExactly(LoadOptions.Name.GEB_LAYOUT);
        }

        @ParameterizedTest
        @ValueSource(ints = {0, -1, Integer.MAX_VALUE})
        void areRefusedOutOfRange(int tokens) {
            assertThatThrownBy(() -> LoadOptions.DEFAULT.withSlidingWindow(tokens))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("sliding window of " + tokens);
        }

        @Test
        void setTheContextOfAnyFamily() {
            var model =
                    Describing.huggingFace(LLAMA.formatted(""), LoadOptions.DEFAULT.withContextLength(77), Set.of());
            assertThat(model.spec().contextLength()).isEqualTo(77);
        }
    }
}
