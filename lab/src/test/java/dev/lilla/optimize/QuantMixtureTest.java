package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.optimize.QuantMixture.Head;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The expectations are those of MODELS.md A.5 and of files that llama.cpp's users publish.
class QuantMixtureTest {
    private static final Shape WIDE = Shape.of(512, 4096);

    @Nested
    class Layers {
        /// The layers of a published Mistral 7B in Q4_K_M whose `attn_v` and `ffn_down` are Q6_K.
        @Test
        void givesMoreBitsToTheLayersThatMatter() {
            QuantMixture mixture = mixture(ConversionType.Q4_K_M, "llama", 32);
            List<Integer> richer = IntStream.range(0, 32)
                    .filter(layer -> typeOf(mixture, layer, "attn_v") == ElementType.Q6_K)
                    .boxed()
                    .toList();
            assertThat(richer).containsExactly(0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31);
            assertThat(IntStream.range(0, 32)
                            .filter(layer -> typeOf(mixture, layer, "ffn_down") == ElementType.Q6_K)
                            .boxed())
                    .isEqualTo(richer);
            assertThat(typeOf(mixture, 0, "attn_q")).isEqualTo(ElementType.Q4_K);
            assertThat(typeOf(mixture, 0, "attn_output")).isEqualTo(ElementType.Q4_K);
        }

        @ParameterizedTest
        @CsvSource({
            "Q2_K, 0, attn_v, Q4_K",
            "Q2_K, 0, ffn_down, Q3_K",
            "Q2_K, 0, attn_output, Q3_K",
            "Q2_K, 0, attn_k, Q2_K",
            "Q3_K_S, 0, attn_v, Q3_K",
            "Q3_K_M, 1, attn_v, Q5_K",
            "Q3_K_M, 2, attn_v, Q4_K",
            "Q3_K_M, 1, ffn_down, Q5_K",
            "Q3_K_M, 2, ffn_down, Q4_K",
            "Q3_K_L, 9, ffn_down, Q5_K",
            "Q4_K_S, 3, attn_v, Q5_K",
            "Q4_K_S, 4, attn_v, Q4_K",
            "Q4_K_S, 3, ffn_down, Q5_K",
            "Q4_K_S, 4, ffn_down, Q4_K",
            "Q5_K_S, 0, attn_v, Q5_K",
            "Q5_K_M, 0, attn_v, Q6_K",
            "Q5_K_M, 4, ffn_down, Q5_K",
            "Q6_K, 0, attn_v, Q6_K",
            "IQ4_NL, 0, attn_v, Q5_K",
            "IQ4_NL, 3, ffn_down, Q5_K",
            "IQ4_XS, 4, ffn_down, IQ4_XS",
            "Q4_0, 0, attn_v, Q4_0",
            "Q8_0, 0, ffn_down, Q8_0",
            "F16, 0, attn_v, F16",
            "Q4_K_M, 5, attn_qkv, Q5_K",
            "Q5_K_M, 5, attn_qkv, Q6_K",
        })
        void choosesAsLlamaCpp(ConversionType type, int layer, String name, ElementType expected) {
            assertThat(typeOf(mixture(type, "llama", 32), layer, name)).isEqualTo(expected);
        }

        @ParameterizedTest
        @CsvSource({
            "Q2_K, 0, attn_output, Q2_K", "Q3_K_M, 3, ffn_down, Q4_K", "Q3_K_M, 4, ffn_down, Q3_K",
            "Q3_K_L, 0, ffn_down, Q4_K", "Q3_K_L, 0, attn_output, Q4_K", "Q4_K_S, 0, ffn_down, Q4_K",
            "Q4_K_M, 1, ffn_down, Q6_K", "Q4_K_M, 2, ffn_down, Q5_K", "Q4_K_M, 4, ffn_down, Q4_K",
        })
        void treatsFalconOnItsOwn(ConversionType type, int layer, String name, ElementType expected) {
            assertThat(typeOf(mixture(type, "falcon", 32), layer, name)).isEqualTo(expected);
        }

        @Test
        void givesFewerBitsToValuesThatFewQueriesShare() {
            QuantMixture mixture = new QuantMixture(ConversionType.Q2_K, "llama", 32, 1, Head.SEPARATE);
            assertThat(typeOf(mixture, 0, "attn_v")).isEqualTo(ElementType.Q3_K);
        }

        private static ElementType typeOf(QuantMixture mixture, int layer, String name) {
            return mixture.typeOf("blk." + layer + "." + name + ".weight", WIDE);
        }
    }

    @Nested
    class Heads {
        @Test
        void givesTheHeadSixBits() {
            QuantMixture mixture = mixture(ConversionType.Q4_0, "llama", 32);
            assertThat(mixture.typeOf("output.weight", WIDE)).isEqualTo(ElementType.Q6_K);
            assertThat(mixture.typeOf("token_embd.weight", WIDE)).isEqualTo(ElementType.Q4_0);
        }

        @Test
        void treatsATiedEmbeddingTableAsTheHeadItIs() {
            QuantMixture mixture = new QuantMixture(ConversionType.Q4_K_M, "gemma", 18, 8, Head.TIED);
            assertThat(mixture.typeOf("token_embd.weight", WIDE)).isEqualTo(ElementType.Q6_K);
        }

        @Test
        void givesFalconsHeadEightBits() {
            QuantMixture mixture = mixture(ConversionType.Q4_0, "falcon", 32);
            assertThat(mixture.typeOf("output.weight", WIDE)).isEqualTo(ElementType.Q8_0);
        }
    }

    @Nested
    class Fallbacks {
        /// 4544 and 5504 are multiples of 32, but not of 256.
        @ParameterizedTest
        @CsvSource({
            "Q2_K, IQ4_NL",
            "Q3_K_S, IQ4_NL",
            "IQ4_XS, IQ4_NL",
            "Q4_K_S, Q5_0",
            "Q5_K_S, Q5_1",
            "Q6_K, Q8_0",
            "Q4_0, Q4_0",
            "Q8_0, Q8_0",
            "IQ4_NL, IQ4_NL",
            "BF16, BF16",
        })
        void usesSmallerBlocksWhereRowsAreNoWholeNumberOfLargeOnes(ConversionType type, ElementType expected) {
            QuantMixture mixture = mixture(type, "llama", 24);
            assertThat(mixture.typeOf("blk.9.ffn_up.weight", Shape.of(2048, 5504)))
                    .isEqualTo(expected);
        }

        @ParameterizedTest
        @EnumSource(
                mode = EnumSource.Mode.EXCLUDE,
                names = {"F32", "BF16"})
        void usesHalvesWhereNoBlockFits(ConversionType type) {
            QuantMixture mixture = mixture(type, "llama", 24);
            assertThat(mixture.typeOf("blk.9.ffn_up.weight", Shape.of(2048, 100)))
                    .isEqualTo(ElementType.F16);
        }

        @ParameterizedTest
        @EnumSource(ConversionType.class)
        void alwaysFits(ConversionType type) {
            QuantMixture mixture = mixture(type, "falcon", 4);
            for (String name : List.of("output.weight", "blk.3.attn_v.weight", "blk.3.attn_qkv.weight")) {
                for (int columns : new int[] {1, 32, 4544, 256}) {
                    Shape shape = Shape.of(8, columns);
                    assertThat(columns % mixture.typeOf(name, shape).blockElements())
                            .isZero();
                }
            }
        }
    }

    @Test
    void keepsVectorsNormsAndBiasesInFullPrecision() {
        QuantMixture mixture = mixture(ConversionType.Q4_K_M, "llama", 32);
        assertThat(mixture.typeOf("blk.0.attn_norm.weight", Shape.of(4096))).isEqualTo(ElementType.F32);
        assertThat(mixture.typeOf("blk.0.attn_q_norm.weight", Shape.of(8, 256))).isEqualTo(ElementType.F32);
        assertThat(mixture.typeOf("blk.0.attn_q.bias", Shape.of(4096))).isEqualTo(ElementType.F32);
        assertThat(mixture.typeOf("rope_freqs.weight", Shape.of(64))).isEqualTo(ElementType.F32);
    }

    private static QuantMixture mixture(ConversionType type, String architecture, int layers) {
        return new QuantMixture(type, architecture, layers, 4, Head.SEPARATE);
    }
}
