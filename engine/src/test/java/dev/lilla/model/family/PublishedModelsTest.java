package dev.lilla.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.kernel.ActivationFunction;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.Attention;
import dev.lilla.model.FeedForward;
import dev.lilla.model.LayerSpec;
import dev.lilla.model.Norm;
import dev.lilla.model.RotaryScaling;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Configurations as the models' publishers have them, against what is published about the models.
class PublishedModelsTest {
    /// The configuration of a model of Llama's shape.
    private static String llamaShaped(String type, String sizes, String more) {
        String[] size = sizes.split("/");
        return """
                {"model_type": "%s", "num_hidden_layers": %s, "hidden_size": %s, "intermediate_size": %s,
                 "num_attention_heads": %s, "num_key_value_heads": %s, "head_dim": %s, "vocab_size": %s,
                 "max_position_embeddings": 8192, "rms_norm_eps": 1e-5 %s}""".formatted(type, size[0], size[1], size[2], size[3], size[4], size[5], size[6], more);
    }

    /// Sizes are layers, hidden, feed-forward, heads, key/value heads, head dimension, vocabulary; parameters as
    /// published.
    @ParameterizedTest
    @CsvSource({
        "mistral, 32/4096/14336/32/8/128/32000, false, 7241732096",
        "mistral, 32/4096/14336/32/8/128/32768, false, 7248023552",
        "gemma, 18/2048/16384/8/1/256/256000, true, 2506172416",
        "gemma, 28/3072/24576/16/16/256/256000, true, 8537680896",
        "llama, 22/2048/5632/32/4/64/32000, false, 1100048384",
        "llama, 16/2048/8192/32/8/64/128256, true, 1235814400",
        "llama, 28/3072/8192/24/8/128/128256, true, 3212749824",
        "llama, 30/576/1536/9/3/64/49152, true, 134515008",
        "llama, 18/2048/8192/8/4/256/131072, false, 1669408768",
        "qwen2, 24/2048/5504/16/16/128/151936, false, 1836828672",
        "qwen2, 40/2560/6912/20/20/128/151936, false, 3950369280",
        "qwen2, 24/896/4864/14/2/64/151936, true, 494032768",
        "qwen3, 28/1024/3072/16/8/128/151936, true, 596049920",
        "qwen3, 36/2560/9728/32/8/128/151936, true, 4022468096",
        "gemma2, 26/2304/9216/8/4/256/256000, true, 2614341888",
        "gemma3_text, 26/1152/6912/4/1/256/262144, true, 999885952",
        "phi3, 32/3072/8192/32/32/96/32064, false, 3821079552",
        "phi3, 32/3072/8192/24/8/128/200064, true, 3836021760",
        "smollm3, 36/2048/11008/16/4/128/128256, true, 3075098624",
    })
    void haveTheirPublishedNumberOfParameters(String type, String sizes, boolean tied, long parameters) {
        String more = ", \"query_pre_attn_scalar\": 256, \"tie_word_embeddings\": " + tied;
        assertThat(Describing.huggingFace(llamaShaped(type, sizes, more)).parameters())
                .isEqualTo(parameters);
    }

    @Nested
    class Mistral7b {
        private static final String SIZES = "32/4096/14336/32/8/128/32000";

        @Test
        void attendsToTheWindowOfVersion1() {
            var model = Describing.huggingFace(llamaShaped("mistral", SIZES, ", \"sliding_window\": 4096"));
            assertThat(model.attention(31).mask().window()).isEqualTo(4096);
        }

        @Test
        void attendsToEverythingFromVersion2On() {
            var model = Describing.huggingFace(
                    llamaShaped("mistral", SIZES, ", \"sliding_window\": null, \"rope_theta\": 1000000.0"));
            assertThat(model.attention(0).mask().window()).isEqualTo(Integer.MAX_VALUE);
            assertThat(model.attention(0).rotary().orElseThrow().base()).isEqualTo(1e6);
        }

        @Test
        void letsTheUserSayTheWindow() {
            var options = LoadOptions.DEFAULT.withSlidingWindow(100).withContextLength(5000);
            var model = Describing.huggingFace(llamaShaped("mistral", SIZES, ""), options, Set.of());
            assertThat(model.attention(0).mask().window()).isEqualTo(100);
            assertThat(model.spec().contextLength()).isEqualTo(5000);
        }
    }

    @Nested
    class Llama32 {
        private static final String SIZES = "16/2048/8192/32/8/64/128256";

        @Test
        void scalesItsFrequencies() {
            var model = Describing.huggingFace(llamaShaped("llama", SIZES, """
                    , "rope_theta": 500000.0, "rope_scaling": {"factor": 32.0, "low_freq_factor": 1.0,
                      "high_freq_factor": 4.0, "original_max_position_embeddings": 8192, "rope_type": "llama3"}"""));
            assertThat(model.attention(0).rotary().orElseThrow().scaling())
                    .isEqualTo(new RotaryScaling.Llama3(32, 1, 4, 8192));
        }

        @Test
        void isTheSameInTheSpellingOfTransformers5() {
            var model = Describing.huggingFace(llamaShaped("llama", SIZES, """
                    , "dtype": "bfloat16", "rope_parameters": {"rope_theta": 500000.0, "factor": 32.0,
                      "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192,
                      "rope_type": "llama3"}"""));
            assertThat(model.attention(0).rotary().orElseThrow().base()).isEqualTo(500_000);
            assertThat(model.attention(0).rotary().orElseThrow().scaling())
                    .isEqualTo(new RotaryScaling.Llama3(32, 1, 4, 8192));
        }

        @Test
        void tiesItsHeadWhereTheFileHoldsNone() {
            var model = Describing.huggingFace(
                    llamaShaped("llama", SIZES, ""), LoadOptions.DEFAULT, Set.of("output.weight"));
            assertThat(model.spec().head().weight().weight()).isEqualTo("token_embd.weight");
        }
    }

    @Nested
    class GemmaModels {
        @Test
        void scaleEmbeddingsAndGateWithTheTanhForm() {
            var model = Describing.huggingFace(
                    llamaShaped("gemma", "18/2048/16384/8/1/256/256000", ", \"hidden_act\": \"gelu\""));
            assertThat(model.spec().embedding().scale()).isCloseTo(45.2548f, within(1e-4f));
            assertThat(((FeedForward.Gated) model.layer(0).feedForward()).function())
                    .isEqualTo(ActivationFunction.GELU_TANH);
            assertThat(model.table()
                            .rule("blk.17.ffn_norm.weight")
                            .orElseThrow()
                            .added())
                    .isEqualTo(1);
        }

        @Test
        void alternateWindowsAndCapScoresInVersion2() {
            var model = Describing.huggingFace(llamaShaped("gemma2", "26/2304/9216/8/4/256/256000", """
                    , "sliding_window": 4096, "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0,
                      "query_pre_attn_scalar": 256"""));
            assertThat(model.attention(0).mask().window()).isEqualTo(4096);
            assertThat(model.attention(1).mask().window()).isEqualTo(Integer.MAX_VALUE);
            assertThat(model.attention(1).mask().softCap()).isEqualTo(50);
            assertThat(model.attention(1).mask().scale()).isEqualTo(1 / 16f);
            assertThat(model.attention(1).postNorm()).isPresent();
            assertThat(model.spec().head().softCap()).isEqualTo(30);
        }

        @Test
        void areRecognizedInsideAMultimodalModelInVersion3() {
            var model = Describing.huggingFace("""
                    {"model_type": "gemma3", "architectures": ["Gemma3ForConditionalGeneration"],
                     "text_config": {"hidden_size": 2560, "intermediate_size": 10240, "model_type": "gemma3_text",
                       "num_hidden_layers": 34, "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
                       "sliding_window": 1024},
                     "vision_config": {"model_type": "siglip_vision_model"}}""");
            assertThat(model.parameters()).isEqualTo(3_880_263_168L);
            Attention local = model.attention(4);
            Attention global = model.attention(5);
            assertThat(local.mask().window()).isEqualTo(1024);
            assertThat(local.rotary().orElseThrow().base()).isEqualTo(10_000);
            assertThat(local.rotary().orElseThrow().scaling()).isEqualTo(new RotaryScaling.None());
            assertThat(global.mask().window()).isEqualTo(Integer.MAX_VALUE);
            assertThat(global.rotary().orElseThrow().scaling()).isEqualTo(new RotaryScaling.Linear(8));
            assertThat(global.headNorms()).isPresent();
            assertThat(model.table().huggingFaceRule("language_model.model.layers.3.mlp.up_proj.weight"))
                    .isEqualTo(model.table().rule("blk.3.ffn_up.weight"));
            assertThat(model.table().huggingFaceRule("model.language_model.norm.weight"))
                    .isEqualTo(model.table().rule("output_norm.weight"));
        }

        @Test
        void haveTwoBasesInTheSpellingOfTransformers5() {
            var model = Describing.huggingFace(llamaShaped(
                    "gemma3_text", "26/1152/6912/4/1/256/262144", """
                    , "sliding_window": 512, "layer_types": [%s "full_attention"],
                      "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 1000000.0},
                        "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}""".formatted("\"sliding_attention\",".repeat(25))));
            assertThat(model.attention(24).mask().window()).isEqualTo(512);
            assertThat(model.attention(24).rotary().orElseThrow().base()).isEqualTo(1e4);
            assertThat(model.attention(25).mask().window()).isEqualTo(Integer.MAX_VALUE);
            assertThat(model.attention(25).rotary().orElseThrow().base()).isEqualTo(1e6);
        }
    }

    @Nested
    class QwenModels {
        private static final String QWEN_1_8B = """
                {"model_type": "qwen", "num_hidden_layers": 24, "hidden_size": 2048, "intermediate_size": 11008,
                 "num_attention_heads": 16, "kv_channels": 128, "vocab_size": 151936, "seq_length": 8192,
                 "max_position_embeddings": 8192, "rotary_emb_base": 10000, "rotary_pct": 1.0, "no_bias": true,
                 "use_dynamic_ntk": true, "use_logn_attn": true, "layer_norm_epsilon": 1e-6,
                 "tie_word_embeddings": false}""";

        @Test
        void haveHalfTheWidthTheyStateInVersion1() {
            var model = Describing.huggingFace(QWEN_1_8B);
            assertThat(model.parameters()).isEqualTo(1_836_828_672L);
            assertThat(model.dimensions().ffn()).isEqualTo(5504);
        }

        @Test
        void gateWithW2InVersion1() {
            var table = Describing.huggingFace(QWEN_1_8B).table();
            assertThat(table.huggingFaceRule("transformer.h.3.mlp.w2.weight"))
                    .isEqualTo(table.rule("blk.3.ffn_gate.weight"));
            assertThat(table.weightOfModule("transformer.h.3.attn.c_proj")).contains("blk.3.attn_output.weight");
            assertThat(table.weightOfModule("transformer.h.3.mlp.c_proj")).contains("blk.3.ffn_down.weight");
        }

        @Test
        void reachBeyondTheirTrainingInVersion1() {
            var model = Describing.huggingFace(QWEN_1_8B);
            assertThat(model.attention(0).lognContext()).hasValue(8192);
            assertThat(model.attention(0).rotary().orElseThrow().scaling())
                    .isEqualTo(new RotaryScaling.DynamicNtk(8192));
        }

        @Test
        void doNotReachIfTheConfigurationSwitchesItOff() {
            var model = Describing.huggingFace(
                    QWEN_1_8B.replace("_ntk\": true", "_ntk\": false").replace("_attn\": true", "_attn\": false"));
            assertThat(model.attention(0).lognContext()).isEmpty();
            assertThat(model.attention(0).rotary().orElseThrow().scaling()).isEqualTo(new RotaryScaling.None());
        }

        @Test
        void ignoreAWindowThatIsNotUsed() {
            String sizes = "24/2048/5504/16/16/128/151936";
            String window = ", \"sliding_window\": 4096, \"max_window_layers\": 21, \"use_sliding_window\": ";
            var unused = Describing.huggingFace(llamaShaped("qwen2", sizes, window + false));
            var used = Describing.huggingFace(llamaShaped("qwen2", sizes, window + true));
            assertThat(unused.attention(23).mask().window()).isEqualTo(Integer.MAX_VALUE);
            assertThat(used.attention(20).mask().window()).isEqualTo(Integer.MAX_VALUE);
            assertThat(used.attention(21).mask().window()).isEqualTo(4096);
        }

        @Test
        void normEveryHeadInVersion3() {
            var model = Describing.huggingFace(llamaShaped("qwen3", "28/1024/3072/16/8/128/151936", ""));
            assertThat(model.attention(0).headNorms().orElseThrow().query().weight())
                    .isEqualTo("blk.0.attn_q_norm.weight");
            assertThat(model.attention(0).output().in()).isEqualTo(2048);
        }
    }

    @Nested
    class Falcon7b {
        private static final String FALCON = """
                {"model_type": "falcon", "num_hidden_layers": 32, "hidden_size": 4544, "num_attention_heads": 71,
                 "vocab_size": 65024, "multi_query": true, "parallel_attn": true, "bias": false, "alibi": false,
                 "new_decoder_architecture": false, "layer_norm_epsilon": 1e-5 %s}""";

        @Test
        void hasItsPublishedParameters() {
            var tied = Describing.huggingFace(FALCON.formatted(""), LoadOptions.DEFAULT, Set.of("output.weight"));
            assertThat(tied.parameters()).isEqualTo(6_921_720_704L);
            assertThat(Describing.huggingFace(FALCON.formatted(", \"tie_word_embeddings\": false"))
                            .parameters())
                    .isEqualTo(7_217_189_760L);
        }

        @Test
        void hasOneKeyAndValueHeadWhateverItsConfigurationSays() {
            var model = Describing.huggingFace(FALCON.formatted(", \"num_kv_heads\": 71"));
            assertThat(model.attention(0).projection().width()).isEqualTo(4672);
            assertThat(model.attention(0).projection().key().heads()).isEqualTo(1);
        }

        @Test
        void readsTheNamesOfItsFirstConfiguration() {
            var model = Describing.huggingFace(FALCON.formatted("")
                    .replace("num_hidden_layers", "n_layer")
                    .replace("num_attention_heads", "n_head")
                    .replace("\"falcon\"", "\"RefinedWebModel\""));
            assertThat(model.spec().layers()).hasSize(32);
            assertThat(model.spec().contextLength()).isEqualTo(2048);
        }

        @Test
        void putsBothHalvesBehindOneLayerNorm() {
            LayerSpec layer = Describing.huggingFace(FALCON.formatted("")).layer(7);
            assertThat(layer.order()).isEqualTo(LayerSpec.Order.PARALLEL);
            assertThat(layer.feedForward().norm()).isEqualTo(((Attention) layer.mixer()).norm());
            assertThat(layer.feedForward().norm().kind()).isEqualTo(Norm.Kind.LAYER);
            assertThat(((FeedForward.Plain) layer.feedForward()).function()).isEqualTo(ActivationFunction.GELU_ERF);
        }
    }

    @Nested
    class Glms {
        private static final String GEB = """
                {"model_type": "geblm", "num_layers": 24, "hidden_size": 2048, "ffn_hidden_size": 5632,
                 "num_attention_heads": 16, "kv_channels": 128, "num_key_value_heads": 4, "padded_vocab_size": 64896,
                 "seq_length": 4096, "layernorm_epsilon": 1e-5, "add_bias_linear": false, "post_layer_norm": true,
                 "tie_word_embeddings": false}""";
        private static final String CHATGLM3 = """
                {"model_type": "chatglm", "num_layers": 28, "hidden_size": 4096, "ffn_hidden_size": 13696,
                 "num_attention_heads": 32, "kv_channels": 128, "multi_query_attention": true,
                 "multi_query_group_num": 2, "padded_vocab_size": 65024, "seq_length": 8192,
                 "layernorm_epsilon": 1e-5, "rmsnorm": true, "add_qkv_bias": true, "tie_word_embeddings": false %s}""";

        @Test
        void haveTheirPublishedParameters() {
            assertThat(Describing.huggingFace(GEB).parameters()).isEqualTo(1_348_044_800L);
            assertThat(Describing.huggingFace(CHATGLM3.formatted("")).parameters())
                    .isEqualTo(6_243_584_000L);
        }

        @Test
        void keepKeysAndValuesHeadByHeadInGeb() {
            var projection = Describing.huggingFace(GEB).attention(0).projection();
            assertThat(projection.key().offset()).isEqualTo(2048);
            assertThat(projection.key().stride()).isEqualTo(256);
            assertThat(projection.value().offset()).isEqualTo(2048 + 128);
        }

        @Test
        void followTheLayoutThatTheUserNames() {
            GebLayout layout = GebLayout.DEFAULT
                    .with(GebLayout.KeyValues.BLOCKED)
                    .with(GebLayout.RotaryPart.HALF)
                    .with(GebLayout.Halves.UP_GATE)
                    .with(RotaryStyle.INTERLEAVED);
            var model = Describing.huggingFace(GEB, LoadOptions.DEFAULT.withGebLayout(layout), Set.of());
            var attention = model.attention(0);
            var gated = (FeedForward.Gated) model.layer(0).feedForward();
            assertThat(attention.projection().value().offset()).isEqualTo(2048 + 512);
            assertThat(attention.rotary().orElseThrow().dim()).isEqualTo(64);
            assertThat(attention.rotary().orElseThrow().style()).isEqualTo(RotaryStyle.INTERLEAVED);
            assertThat(gated.gateOffset()).isEqualTo(5632);
            assertThat(gated.upOffset()).isZero();
        }

        @Test
        void findTensorsOfGebWhoseNamesAreInferredByTheirEnding() {
            TensorTable table = Describing.huggingFace(GEB).table();
            assertThat(table.huggingFaceRule("lm_head.weight")).isEqualTo(table.rule("output.weight"));
            assertThat(table.huggingFaceRule("transformer.final_layernorm.weight"))
                    .isEqualTo(table.rule("output_norm.weight"));
        }

        @Test
        void turnHalfOfEachHeadInPairsInChatGlm3() {
            var rotary = Describing.huggingFace(CHATGLM3.formatted(", \"rope_ratio\": 500"))
                    .attention(0)
                    .rotary()
                    .orElseThrow();
            assertThat(rotary.dim()).isEqualTo(64);
            assertThat(rotary.style()).isEqualTo(RotaryStyle.INTERLEAVED);
            assertThat(rotary.base()).isEqualTo(5e6);
        }
    }

    @Nested
    class PhiAndSmolLm {
        @Test
        void turnThreeQuartersOfAHeadByListsInPhi4Mini() {
            String factors = "[" + "1.5,".repeat(47) + "2.0]";
            var model = Describing.huggingFace(
                    llamaShaped("phi3", "32/3072/8192/24/8/128/200064", """
                            , "partial_rotary_factor": 0.75, "original_max_position_embeddings": 4096,
                              "rope_scaling": {"type": "longrope", "short_factor": %s, "long_factor": %s}""".formatted(factors, factors))
                            .replace("\"max_position_embeddings\": 8192", "\"max_position_embeddings\": 131072"));
            var rotary = model.attention(0).rotary().orElseThrow();
            assertThat(rotary.dim()).isEqualTo(96);
            var scaling = (RotaryScaling.LongRope) rotary.scaling();
            assertThat(scaling.originalContext()).isEqualTo(4096);
            // sqrt(1 + ln(32) / ln(4096)), published as 1.1902380714238083
            assertThat(scaling.magnitude()).isCloseTo(1.190238f, within(1e-6f));
        }

        @Test
        void leaveEveryFourthLayerWithoutPositionsInSmolLm3() {
            var model = Describing.huggingFace(llamaShaped("smollm3", "36/2048/11008/16/4/128/128256", ""));
            assertThat(model.attention(2).rotary()).isPresent();
            assertThat(model.attention(3).rotary()).isEmpty();
        }

        @Test
        void followTheListOfLayersInSmolLm3() {
            var model = Describing.huggingFace(
                    llamaShaped("smollm3", "3/2048/11008/16/4/128/128256", ", \"no_rope_layers\": [0, 1, 0]"));
            assertThat(model.attention(0).rotary()).isEmpty();
            assertThat(model.attention(1).rotary()).isPresent();
        }
    }
}
