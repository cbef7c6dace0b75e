package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.chat.SamplerOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final TokenHistory EMPTY = new TokenHistory(new int[0]);

    @Nested
    class Greedy {
        @Test
        void takesTheFirstOfEqualMaxima() {
            assertThat(next(SamplerOptions.greedy(), 1, 7, 7, 0)).isEqualTo(1);
        }

        @Test
        void obeysLogitBiasAndPenalties() {
            assertThat(next(SamplerOptions.greedy().withLogitBias(Map.of(3, 100f)), 1, 7, 7, 0))
                    .isEqualTo(3);
            SamplerOptions penalized =
                    SamplerOptions.greedy().withPenalties(new SamplerOptions.Penalties(1, 0, 2, Integer.MAX_VALUE));
            int token = new Sampler(penalized, 3).next(new float[] {5, 4, 0}, new TokenHistory(new int[] {0}));
            assertThat(token).isEqualTo(1);
        }

        @Test
        void ignoresWhatOnlyNarrowsTheChoice() {
            SamplerOptions options =
                    SamplerOptions.greedy().withTopK(1).withTopP(0.01).withMinP(0.9);
            assertThat(Sampler.steps(options)).isEmpty();
        }
    }

    @Nested
    class Drawing {
        @Test
        void drawsEachTokenAsOftenAsItsProbabilitySays() {
            float[] logits = {0, (float) Math.log(2), (float) Math.log(5), Float.NEGATIVE_INFINITY};
            Sampler sampler = new Sampler(SamplerOptions.sampled(1, 11), logits.length);
            int[] counts = new int[logits.length];
            int draws = 40_000;
            for (int i = 0; i < draws; i++) {
                counts[sampler.next(logits, EMPTY)]++;
            }
            assertThat((double) counts[0] / draws).isCloseTo(1 / 8.0, within(0.01));
            assertThat((double) counts[1] / draws).isCloseTo(2 / 8.0, within(0.01));
            assertThat((double) counts[2] / draws).isCloseTo(5 / 8.0, within(0.01));
            assertThat(counts[3]).isZero();
        }

        @Test
        void repeatsItselfForTheSameSeedOnly() {
            float[] logits = new float[1000];
            SplittableRandom random = new SplittableRandom(3);
            for (int i = 0; i < logits.length; i++) {
                logits[i] = (float) random.nextDouble(-3, 3);
            }
            assertThat(draws(5, logits)).isEqualTo(draws(5, logits)).isNotEqualTo(draws(6, logits));
        }

        @Test
        void neverLeavesWhatTopKAndTopPKeep() {
            float[] logits = {3, 2.9f, 2.8f, -1, -2, -3};
            for (SamplerOptions options : List.of(
                    SamplerOptions.sampled(5, 1).withTopK(3),
                    SamplerOptions.sampled(1, 1).withTopP(0.9),
                    SamplerOptions.sampled(1, 1).withMinP(0.5))) {
                Sampler sampler = new Sampler(options, logits.length);
                for (int i = 0; i < 500; i++) {
                    assertThat(sampler.next(logits, EMPTY)).isLessThan(3);
                }
            }
        }

        @Test
        void takesTheMostLikelyTokenForATopPOfZero() {
            Sampler sampler = new Sampler(SamplerOptions.sampled(1, 1).withTopP(0), 3);
            for (int i = 0; i < 50; i++) {
                assertThat(sampler.next(new float[] {1, 2, 1.9f}, EMPTY)).isEqualTo(1);
            }
        }

        private int[] draws(long seed, float[] logits) {
            Sampler sampler = new Sampler(SamplerOptions.sampled(1, seed), logits.length);
            return IntStream.range(0, 50).map(i -> sampler.next(logits, EMPTY)).toArray();
        }
    }

    @Nested
    class Refusing {
        @Test
        void saysWhenNoTokenIsLeft() {
            float none = Float.NEGATIVE_INFINITY;
            assertThatThrownBy(() -> next(SamplerOptions.greedy(), none, none))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no token can be chosen");
            assertThatThrownBy(() -> next(SamplerOptions.greedy(), Float.NaN, 1))
                    .isInstanceOf(IllegalStateException.class);
        }

        @Test
        void refusesOptionsOutOfRange() {
            SamplerOptions options = SamplerOptions.greedy();
            assertThatThrownBy(() -> options.withTemperature(-1)).hasMessageContaining("temperature");
            assertThatThrownBy(() -> options.withTopP(1.5)).hasMessageContaining("top-p");
            assertThatThrownBy(() -> options.withTopK(-1)).hasMessageContaining("top-k");
            assertThatThrownBy(() -> options.withMinP(Double.NaN)).hasMessageContaining("min-p");
        }
    }

    @Nested
    class Selecting {
        @Test
        void findsTheSameTokensAsASort() {
            SplittableRandom random = new SplittableRandom(17);
            for (int vocab : new int[] {1, 2, 3, 17, 1000, 4099}) {
                float[] logits = new float[vocab];
                for (int i = 0; i < vocab; i++) {
                    logits[i] = random.nextInt(50) / 7f;
                }
                float[] sorted = logits.clone();
                Arrays.sort(sorted);
                Candidates candidates = new Candidates(vocab);
                for (int k = 1; k <= Math.min(vocab, 60); k += 7) {
                    candidates.reset(logits);
                    candidates.keepLargest(k);
                    float[] kept = new float[candidates.count()];
                    for (int i = 0; i < kept.length; i++) {
                        kept[i] = candidates.logit(i);
                        assertThat(kept[i]).isEqualTo(logits[candidates.id(i)]);
                    }
                    Arrays.sort(kept);
                    int first = firstOf(sorted, sorted[vocab - k]);
                    assertThat(kept).containsExactly(Arrays.copyOfRange(sorted, first, vocab));
                    candidates.reset(logits);
                    int taken = candidates.bringForward(k, candidates.max());
                    for (int i = 0; i < taken; i++) {
                        assertThat(candidates.logit(i)).isEqualTo(sorted[vocab - 1 - i]);
                    }
                }
            }
        }
    }

    private static int firstOf(float[] sorted, float value) {
        int at = 0;
        while (sorted[at] < value) {
            at++;
        }
        return at;
    }

    private static int next(SamplerOptions options, float... logits) {
        return new Sampler(options, logits.length).next(logits, EMPTY);
    }
}
