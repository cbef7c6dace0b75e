package dev.lilla.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufValue;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.RotaryScaling;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class GgufConfigTest {
    /// The keys that every architecture needs: layers, hidden, feed-forward, heads.
    private static Map<String, GgufValue> keys(String architecture, int layers, int hidden, int ffn, int heads) {
        Map<String, GgufValue> keys = new LinkedHashMap<>();
        keys.put("general.architecture", GgufValue.of(architecture));
        keys.put(architecture + ".block_count", GgufValue.of(layers));
        keys.put(architecture + ".context_length", GgufValue.of(2048));
        keys.put(architecture + ".embedding_length", GgufValue.of(hidden));
        keys.put(architecture + ".feed_forward_length", GgufValue.of(ffn));
        keys.put(architecture + ".attention.head_count", GgufValue.of(heads));
        keys.put(architecture + ".attention.layer_norm_rms_epsilon", GgufValue.of(1e-5f));
        return keys;
    }

    private static Map<String, GgufValue> llama() {
        return keys("llama", 2, 64, 128, 4);
    }

    private static Describing describe(Map<String, GgufValue> keys) {
        return Describing.gguf(keys, 100, LoadOptions.DEFAULT);
    }

    private static GgufConfig config(Map<String, GgufValue> keys, Map<String, Tensor> tensors) {
        return GgufConfig.of("model.gguf", GgufMetadata.of("model.gguf", keys), tensors);
    }

    private static Tensor vector(String name, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return new Tensor(name, ElementType.F32, Shape.of(values.length), MemorySegment.ofArray(bytes.array()));
    }

    @Nested
    class Defaults {
        @Test
        void takesAllHeadsForKeyHeads() {
            assertThat(describe(llama()).dimensions().kvHeads()).isEqualTo(4);
        }

        @Test
        void takesTheRowsOfTheEmbeddingTableForTheVocabulary() {
            assertThat(describe(llama()).spec().vocab()).isEqualTo(100);
        }

        @Test
        void turnsWholeHeadsWithBase10000() {
            var rotary = describe(llama()).attention(0).rotary().orElseThrow();
            assertThat(rotary.dim()).isEqualTo(16);
            assertThat(rotary.base()).isEqualTo(10_000);
            assertThat(rotary.style()).isEqualTo(RotaryStyle.INTERLEAVED);
            assertThat(rotary.scaling()).isEqualTo(new RotaryScaling.None());
        }

        @Test
        void needsNoRotaryKeysForFalcon() {
            Map<String, GgufValue> keys = keys("falcon", 32, 4544, 18176, 71);
            keys.put("falcon.attention.head_count_kv", GgufValue.of(1));
            keys.put("falcon.attention.layer_norm_epsilon", GgufValue.of(1e-6f));
            keys.remove("falcon.attention.layer_norm_rms_epsilon");
            var model = describe(keys);
            assertThat(model.attention(0).rotary().orElseThrow().dim()).isEqualTo(64);
            assertThat(model.dimensions().epsilon()).isEqualTo(1e-6f);
        }

        @Test
        void takesTheLengthOfKeysForHeadsOfGemma() {
            Map<String, GgufValue> keys = keys("gemma", 28, 3072, 24576, 16);
            keys.put("gemma.attention.key_length", GgufValue.of(256));
            keys.put("gemma.attention.value_length", GgufValue.of(256));
            var model = describe(keys);
            assertThat(model.attention(0).rotary().orElseThrow().dim()).isEqualTo(256);
            assertThat(model.attention(0).rotary().orElseThrow().style()).isEqualTo(RotaryStyle.HALF_SPLIT);
            assertThat(model.attention(0).output().in()).isEqualTo(4096);
        }

        @Test
        void halvesTheFeedForwardLengthOfQwen() {
            var model = describe(keys("qwen", 24, 2048, 11008, 16));
            assertThat(model.dimensions().ffn()).isEqualTo(5504);
            assertThat(model.attention(0).lognContext()).hasValue(2048);
        }

        @Test
        void takesTheTrainingContextOfQwenFromItsKeyOrTheUser() {
            Map<String, GgufValue> keys = keys("qwen", 24, 2048, 11008, 16);
            keys.put("qwen.rope.train_context", GgufValue.of(512));
            assertThat(describe(keys).attention(0).lognContext()).hasValue(512);
            var said = Describing.gguf(keys, 100, LoadOptions.DEFAULT.withTrainContext(96));
            assertThat(said.attention(0).rotary().orElseThrow().scaling()).isEqualTo(new RotaryScaling.DynamicNtk(96));
        }

        @Test
        void holdsBothHalvesInFfnUpForChatGlm() {
            Map<String, GgufValue> keys = keys("chatglm", 28, 4096, 13696, 32);
            keys.put("chatglm.attention.head_count_kv", GgufValue.of(2));
            keys.put("chatglm.rope.dimension_count", GgufValue.of(64));
            var model = describe(keys);
            assertThat(model.table().rule("blk.0.ffn_up.weight").orElseThrow().shape())
                    .isEqualTo(Shape.of(27392, 4096));
            assertThat(model.attention(0).rotary().orElseThrow().dim()).isEqualTo(64);
            assertThat(model.attention(0).projection().parts().getFirst().bias())
                    .contains("blk.0.attn_qkv.bias");
        }

        @Test
        void scalesGemma2By27BsOwnRule() {
            assertThat(describe(keys("gemma2", 46, 4608, 36864, 32))
                            .attention(0)
                            .mask()
                            .scale())
                    .isCloseTo((float) (1 / Math.sqrt(144)), within(1e-7f));
        }
    }

    @Nested
    class Windows {
        @Test
        void countsIfTheKeyIsThere() {
            Map<String, GgufValue> keys = llama();
            keys.put("llama.attention.sliding_window", GgufValue.of(4096));
            assertThat(describe(keys).attention(0).mask().window()).isEqualTo(4096);
        }

        @Test
        void isNoneIfTheKeyIsZero() {
            Map<String, GgufValue> keys = keys("phi3", 2, 64, 128, 4);
            keys.put("phi3.attention.sliding_window", GgufValue.of(0));
            assertThat(describe(keys).attention(0).mask().window()).isEqualTo(Integer.MAX_VALUE);
        }

        @Test
        void canBeSaidByTheUser() {
            assertThat(Describing.gguf(llama(), 100, LoadOptions.DEFAULT.withSlidingWindow(7))
                            .attention(1)
                            .mask()
                            .window())
                    .isEqualTo(7);
        }
    }

    @Nested
    class Scaling {
        private RotaryScaling scaling(Map<String, GgufValue> keys, Tensor... tensors) {
            Map<String, Tensor> named = new LinkedHashMap<>();
            for (Tensor tensor : tensors) {
                named.put(tensor.name(), tensor);
            }
            return config(keys, named).rotary(RotaryStyle.HALF_SPLIT, 8).scaling();
        }

        @Test
        void dividesByTheFactorsOfLlama3() {
            var scaling = scaling(llama(), vector("rope_freqs.weight", 1, 1, 2, 32));
            assertThat(((RotaryScaling.Divisors) scaling).divisors()).containsExactly(1, 1, 2, 32);
        }

        @Test
        void refusesFactorsOfAnotherLengthOrZero() {
            assertThatThrownBy(() -> scaling(llama(), vector("rope_freqs.weight", 1, 1)))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("rope_freqs.weight")
                    .hasMessageContaining("[4]");
            assertThatThrownBy(() -> scaling(llama(), vector("rope_freqs.weight", 1, 1, 0, 1)))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("above zero");
        }

        @Test
        void choosesBetweenTheListsOfPhi3() {
            Map<String, GgufValue> keys = llama();
            keys.put("llama.rope.scaling.original_context_length", GgufValue.of(512));
            keys.put("llama.rope.scaling.attn_factor", GgufValue.of(1.25f));
            var scaling = scaling(
                    keys,
                    vector("rope_factors_short.weight", 1, 1, 1, 2),
                    vector("rope_factors_long.weight", 3, 3, 3, 4));
            assertThat(scaling).isInstanceOf(RotaryScaling.LongRope.class);
            var longRope = (RotaryScaling.LongRope) scaling;
            assertThat(longRope.originalContext()).isEqualTo(512);
            assertThat(longRope.magnitude()).isEqualTo(1.25f);
            assertThat(longRope.longDivisors()).containsExactly(3, 3, 3, 4);
        }

        @Test
        void isLinearInOldFilesToo() {
            Map<String, GgufValue> old = llama();
            old.put("llama.rope.scale_linear", GgufValue.of(4f));
            assertThat(scaling(old)).isEqualTo(new RotaryScaling.Linear(4));
            Map<String, GgufValue> recent = llama();
            recent.put("llama.rope.scaling.type", GgufValue.of("linear"));
            recent.put("llama.rope.scaling.factor", GgufValue.of(8f));
            assertThat(scaling(recent)).isEqualTo(new RotaryScaling.Linear(8));
        }

        @Test
        void readsYarn() {
            Map<String, GgufValue> keys = llama();
            keys.put("llama.rope.scaling.type", GgufValue.of("yarn"));
            keys.put("llama.rope.scaling.factor", GgufValue.of(4f));
            keys.put("llama.rope.scaling.original_context_length", GgufValue.of(32768));
            assertThat(scaling(keys))
                    .isEqualTo(new RotaryScaling.Yarn(4, 32768, 32, 1, (float) (0.1 * Math.log(4) + 1)));
        }

        @Test
        void refusesAKindItDoesNotKnow() {
            Map<String, GgufValue> keys = llama();
            keys.put("llama.rope.scaling.type", GgufValue.of("spiral"));
            assertThatThrownBy(() -> scaling(keys))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("spiral")
                    .hasMessageContaining("yarn");
        }
    }

    @Nested
    class Refusals {
        @Test
        void namesFileAndKeyOfAMissingValue() {
            Map<String, GgufValue> keys = llama();
            keys.remove("llama.block_count");
            assertThatThrownBy(() -> describe(keys))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("model.gguf: llama.block_count is missing");
        }

        @Test
        void refusesHeadsThatDoNotFit() {
            Map<String, GgufValue> keys = llama();
            keys.put("llama.attention.head_count", GgufValue.of(5));
            assertThatThrownBy(() -> describe(keys))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("llama.attention.head_count is 5")
                    .hasMessageContaining("64");
            keys.put("llama.attention.head_count", GgufValue.of(4));
            keys.put("llama.attention.head_count_kv", GgufValue.of(3));
            assertThatThrownBy(() -> describe(keys))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("4 attention heads and 3 key/value heads");
        }

        @Test
        void refusesKeysAndValuesOfDifferentLength() {
            Map<String, GgufValue> keys = llama();
            keys.put("llama.attention.key_length", GgufValue.of(16));
            keys.put("llama.attention.value_length", GgufValue.of(8));
            assertThatThrownBy(() -> describe(keys)).isInstanceOf(UnsupportedModelException.class);
        }

        @Test
        void refusesToTurnMoreThanAHead() {
            Map<String, GgufValue> keys = llama();
            keys.put("llama.rope.dimension_count", GgufValue.of(18));
            assertThatThrownBy(() -> describe(keys))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("rope.dimension_count is 18");
        }

        @Test
        void refusesMixturesOfExperts() {
            Map<String, GgufValue> keys = llama();
            keys.put("llama.expert_count", GgufValue.of(8));
            assertThatThrownBy(() -> describe(keys))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("experts");
        }

        @Test
        void refusesFalconWithMoreThanOneKeyHead() {
            Map<String, GgufValue> keys = keys("falcon", 60, 8192, 32768, 128);
            keys.put("falcon.attention.head_count_kv", GgufValue.of(8));
            assertThatThrownBy(() -> describe(keys))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("Falcon 7B");
        }

        @Test
        void listsTheArchitecturesItKnows() {
            assertThatThrownBy(() -> describe(keys("mamba", 2, 64, 128, 4)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("architecture mamba")
                    .hasMessageContaining("llama, gemma, qwen, qwen2, falcon, chatglm");
        }
    }
}
