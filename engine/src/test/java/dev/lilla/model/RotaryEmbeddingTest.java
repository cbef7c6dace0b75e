package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.kernel.RotaryFrequencies;
import dev.lilla.kernel.RotaryStyle;
import java.util.Arrays;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RotaryEmbeddingTest {
    private static final Percentage CLOSE = Percentage.withPercentage(1e-4);

    private static RotaryFrequencies frequencies(int dim, double base, RotaryScaling scaling, int promptTokens) {
        return new RotaryEmbedding(RotaryStyle.HALF_SPLIT, dim, base, scaling).frequencies(promptTokens);
    }

    private static float[] inverse(int dim, double base, RotaryScaling scaling, int promptTokens) {
        return frequencies(dim, base, scaling, promptTokens).inverse();
    }

    @Test
    void fallsGeometricallyFromOne() {
        assertThat(inverse(4, 10_000, new RotaryScaling.None(), 7)).containsExactly(1f, 0.01f);
        assertThat(inverse(8, 10_000, new RotaryScaling.None(), 7)).containsExactly(1f, 0.1f, 0.01f, 0.001f);
    }

    @Test
    void keepsStyleAndDimension() {
        var embedding = new RotaryEmbedding(RotaryStyle.INTERLEAVED, 6, 10_000, new RotaryScaling.None());
        assertThat(embedding.frequencies(1).style()).isEqualTo(RotaryStyle.INTERLEAVED);
        assertThat(embedding.frequencies(1).rotaryDim()).isEqualTo(6);
        assertThat(embedding.frequencies(1).magnitude()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"0, 10000", "-2, 10000", "3, 10000", "8, 1", "8, NaN"})
    void refusesOddDimensionsAndBasesThatDoNotFall(int dim, double base) {
        assertThatThrownBy(() -> new RotaryEmbedding(RotaryStyle.HALF_SPLIT, dim, base, new RotaryScaling.None()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no rotary embedding");
    }

    @Nested
    class Scalings {
        @Test
        void linearDividesEveryFrequency() {
            assertThat(inverse(4, 10_000, new RotaryScaling.Linear(8), 7)).containsExactly(0.125f, 0.00125f);
        }

        @Test
        void divisorsDivideOneByOne() {
            assertThat(inverse(4, 10_000, new RotaryScaling.Divisors(new float[] {2, 4}), 7))
                    .containsExactly(0.5f, 0.0025f);
        }

        /// Pair numbers and divisors of Llama 3.1 8B (factor 8, 1 to 4 turns over 8192 tokens, base 500,000, 128
        /// dimensions), as the published definition gives them.
        @ParameterizedTest
        @CsvSource({"0, 1", "28, 1", "29, 1.2075", "30, 1.5534", "32, 2.6945", "34, 5.2573", "35, 8", "63, 8"})
        void llama3KeepsFastPairsAndDividesSlowOnes(int pair, double divisor) {
            float[] plain = inverse(128, 500_000, new RotaryScaling.None(), 7);
            float[] scaled = inverse(128, 500_000, new RotaryScaling.Llama3(8, 1, 4, 8192), 7);
            assertThat((double) plain[pair] / scaled[pair]).isCloseTo(divisor, within(1e-3));
        }

        /// Qwen v1: alpha is 1 up to the training context, then 3, 7, 15 for every doubling of it.
        @ParameterizedTest
        @CsvSource({"1, 1", "8192, 1", "8193, 3", "16384, 3", "16385, 7", "32768, 7", "32769, 15"})
        void dynamicNtkGrowsTheBaseInStepsWithThePrompt(int promptTokens, double alpha) {
            float[] found = inverse(128, 10_000, new RotaryScaling.DynamicNtk(8192), promptTokens);
            double base = 10_000 * Math.pow(alpha, 128 / 126.0);
            assertThat((double) found[0]).isEqualTo(1);
            assertThat((double) found[17]).isCloseTo(Math.pow(base, -34 / 128.0), CLOSE);
            assertThat((double) found[63]).isCloseTo(Math.pow(base, -126 / 128.0), CLOSE);
        }

        @Test
        void longRopeTakesTheLongDivisorsBeyondTheOriginalContext() {
            var scaling = new RotaryScaling.LongRope(new float[] {1, 2}, new float[] {4, 8}, 4096, 1.19f);
            assertThat(inverse(4, 10_000, scaling, 4096)).containsExactly(1f, 0.005f);
            assertThat(inverse(4, 10_000, scaling, 4097)).containsExactly(0.25f, 0.00125f);
            assertThat(frequencies(4, 10_000, scaling, 1).magnitude()).isEqualTo(1.19f);
        }

        /// Pairs below 20 turn more than 32 times over 4096 tokens, pairs from 46 on less than once.
        @Test
        void yarnKeepsFastPairsDividesSlowOnesAndBlendsBetween() {
            var scaling = new RotaryScaling.Yarn(4, 4096, 32, 1, 1.1386f);
            float[] plain = inverse(128, 10_000, new RotaryScaling.None(), 7);
            float[] scaled = inverse(128, 10_000, scaling, 7);
            assertThat(Arrays.copyOf(scaled, 21)).isEqualTo(Arrays.copyOf(plain, 21));
            assertThat((double) plain[46] / scaled[46]).isCloseTo(4, CLOSE);
            assertThat((double) plain[63] / scaled[63]).isCloseTo(4, CLOSE);
            double divided = 10.0 / 26;
            assertThat((double) scaled[30] / plain[30]).isCloseTo(divided / 4 + 1 - divided, CLOSE);
            assertThat(frequencies(128, 10_000, scaling, 7).magnitude()).isEqualTo(1.1386f);
        }

        @Test
        void onlyThoseByLengthDependOnThePrompt() {
            for (RotaryScaling scaling : new RotaryScaling[] {
                new RotaryScaling.None(),
                new RotaryScaling.Linear(2),
                new RotaryScaling.Llama3(8, 1, 4, 64),
                new RotaryScaling.Divisors(new float[] {1, 2, 3, 4}),
                new RotaryScaling.Yarn(4, 64, 32, 1, 1)
            }) {
                assertThat(inverse(8, 10_000, scaling, 1)).isEqualTo(inverse(8, 10_000, scaling, 100_000));
            }
        }
    }
}
