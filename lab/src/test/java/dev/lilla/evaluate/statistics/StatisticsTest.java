package dev.lilla.evaluate.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    private static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    private static MeanTally coins(RandomGenerator random, int examples, double share) {
        return new MeanTally(IntStream.range(0, examples)
                .mapToDouble(_ -> random.nextDouble() < share ? 1 : 0)
                .toArray());
    }

    @Nested
    class Proportions {
        @Test
        void haveTheIntervalOfWilson() {
            // Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
            Interval interval = Wilson.interval(81, 263);
            assertThat(interval.low()).isCloseTo(0.2553, within(5e-5));
            assertThat(interval.high()).isCloseTo(0.3662, within(5e-5));
            assertThat(Wilson.interval(0, 20).low()).isZero();
            assertThat(Wilson.interval(0, 20).high()).isCloseTo(0.1611, within(5e-5));
            assertThat(Wilson.interval(1, 29).low()).isCloseTo(0.0061, within(5e-5));
        }

        @Test
        void needTrials() {
            assertThatThrownBy(() -> Wilson.interval(0, 0)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    class Rounds {
        @Test
        void areMeansOfTheSameExamples() {
            Tally first = new MeanTally(new double[] {1, 0, 0, 1});
            Tally second = new MeanTally(new double[] {1, 1, 0, 0});
            RepeatedTally both = new RepeatedTally(List.of(first, second));
            assertThat(both.examples()).isEqualTo(4);
            assertThat(both.score()).isEqualTo(0.5);
            assertThat(both.score(new int[] {2, 0, 1, 1})).isEqualTo((0.75 + 0.5) / 2);
            assertThat(both.example(1)).hasValue(0.5);
            assertThatThrownBy(() -> new RepeatedTally(List.of(first, new MeanTally(new double[1]))))
                    .hasMessageContaining("[4, 1]");
        }

        /// Rounds that say the same each time are no more examples.
        @Test
        void narrowNoIntervalOfThemselves() {
            MeanTally once = new MeanTally(random(4).doubles(80).toArray());
            Interval one = new Bootstrap(2, 500).interval(once);
            Interval ten = new Bootstrap(2, 500).interval(new RepeatedTally(Collections.nCopies(10, once)));
            assertThat(ten.low()).isCloseTo(one.low(), within(1e-12));
            assertThat(ten.high()).isCloseTo(one.high(), within(1e-12));
        }

        /// Answers to an example are alike: intervals that took answers for examples would hold the truth far less
        /// often.
        @Test
        void holdTheTrueShareAsOftenAsTheySay() {
            RandomGenerator random = random(6);
            int held = 0;
            int pooled = 0;
            for (int trial = 0; trial < 300; trial++) {
                double[] chances =
                        random.doubles(60).map(u -> u < 0.5 ? 0.1 : 0.9).toArray();
                List<Tally> rounds = new ArrayList<>();
                List<Double> answers = new ArrayList<>();
                for (int round = 0; round < 5; round++) {
                    double[] right = Arrays.stream(chances)
                            .map(chance -> random.nextDouble() < chance ? 1 : 0)
                            .toArray();
                    rounds.add(new MeanTally(right));
                    Arrays.stream(right).forEach(answers::add);
                }
                Bootstrap bootstrap = new Bootstrap(trial, 300);
                held += bootstrap.interval(new RepeatedTally(rounds)).contains(0.5) ? 1 : 0;
                double[] all = answers.stream().mapToDouble(Double::doubleValue).toArray();
                pooled += bootstrap.interval(new MeanTally(all)).contains(0.5) ? 1 : 0;
            }
            assertThat(held).isBetween(273, 297);
            assertThat(pooled).isLessThan(240);
        }
    }

    @Nested
    class Resampling {
        @Test
        void drawsTheSameForTheSameSeed() {
            MeanTally tally = new MeanTally(random(1).doubles(50).toArray());
            assertThat(new Bootstrap(7, 200).interval(tally)).isEqualTo(new Bootstrap(7, 200).interval(tally));
            assertThat(new Bootstrap(7, 200).interval(tally)).isNotEqualTo(new Bootstrap(8, 200).interval(tally));
        }

        @Test
        void holdsTheTrueMeanAsOftenAsItSays() {
            RandomGenerator random = random(3);
            int held = 0;
            for (int round = 0; round < 400; round++) {
                MeanTally tally = new MeanTally(random.doubles(60).toArray());
                held += new Bootstrap(round, 300).interval(tally).contains(0.5) ? 1 : 0;
            }
            assertThat(held).isBetween(366, 394);
        }

        @Test
        void countsEachExampleAsOftenAsItIsDrawn() {
            assertThat(Bootstrap.weights(new int[] {0, 2, 2}, 4)).containsExactly(1, 0, 2, 0);
            assertThat(new MeanTally(new double[] {1, 5, 2, 7}).score(new int[] {1, 0, 2, 0}))
                    .isCloseTo(5.0 / 3, within(1e-12));
        }
    }

    @Nested
    class Pairs {
        @Test
        void ofDisagreementsHaveExactProbabilities() {
            // Two-sided binomial probabilities of 3 and fewer of 15, and 1 and fewer of 9, by hand.
            assertThat(McNemar.of(3, 12).pValue()).isCloseTo(0.03515625, within(1e-12));
            assertThat(McNemar.of(8, 1).pValue()).isCloseTo(0.0390625, within(1e-12));
            assertThat(McNemar.of(5, 5).pValue()).isEqualTo(1);
            assertThat(McNemar.of(0, 0).pValue()).isEqualTo(1);
            assertThat(McNemar.of(40_000, 41_000).pValue()).isBetween(0.0003, 0.0006);
        }

        @Test
        void thatAreEquallyGoodAreSeldomCalledDifferent() {
            RandomGenerator random = random(11);
            int called = 0;
            int calledByBootstrap = 0;
            for (int round = 0; round < 300; round++) {
                MeanTally first = coins(random, 80, 0.6);
                MeanTally second = coins(random, 80, 0.6);
                called +=
                        PairedComparison.of(first, second, new Bootstrap(1, 50)).isSignificant() ? 1 : 0;
                MeanTally third = new MeanTally(random.doubles(80).toArray());
                MeanTally fourth = new MeanTally(random.doubles(80).toArray());
                PairedComparison comparison = PairedComparison.of(third, fourth, new Bootstrap(round, 400));
                assertThat(comparison.test()).isEqualTo("paired bootstrap");
                calledByBootstrap += comparison.isSignificant() ? 1 : 0;
            }
            assertThat(called).isLessThan(300 * 8 / 100);
            assertThat(calledByBootstrap).isLessThan(300 * 9 / 100);
        }

        @Test
        void thatAreFarApartAreCalledDifferent() {
            RandomGenerator random = random(5);
            PairedComparison comparison =
                    PairedComparison.of(coins(random, 200, 0.9), coins(random, 200, 0.6), Bootstrap.DEFAULT);
            assertThat(comparison.isSignificant()).isTrue();
            assertThat(comparison.interval().low()).isPositive();
            assertThat(comparison.test()).isEqualTo("mcnemar");
        }

        @Test
        void areOfTheSameExamples() {
            assertThatThrownBy(() -> PairedComparison.of(
                            new MeanTally(new double[2]), new MeanTally(new double[3]), Bootstrap.DEFAULT))
                    .hasMessageContaining("2 and 3");
        }
    }

    @Nested
    class ManyTests {
        @Test
        void areCorrectedAsHolmHasIt() {
            assertThat(Holm.adjust(new double[] {0.01, 0.04, 0.03, 0.005}))
                    .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-12));
            assertThat(Holm.adjust(new double[] {0.6, 0.9})).containsExactly(1, 1);
            assertThat(Holm.adjust(new double[0])).isEmpty();
        }
    }

    @Nested
    class TooLittleData {
        @Test
        void isToldWithWhatWouldSettleIt() {
            // ((1.96 + 0.8416) * 0.5 / 0.1)^2 = 196.2
            assertThat(PowerEstimate.needed(0.5, 0.1)).isEqualTo(197);
            assertThat(PowerEstimate.forProportion(0.5, 0.05)).isEqualTo(385);
        }

        @Test
        void settlesWithThatMany() {
            RandomGenerator random = random(2);
            // Deviation of a difference of independent coins of 0.70 and 0.62.
            long needed = PowerEstimate.needed(Math.sqrt(0.7 * 0.3 + 0.62 * 0.38), 0.08);
            int found = 0;
            for (int round = 0; round < 200; round++) {
                found += PairedComparison.of(
                                        coins(random, (int) needed, 0.70),
                                        coins(random, (int) needed, 0.62),
                                        new Bootstrap(1, 20))
                                .isSignificant()
                        ? 1
                        : 0;
            }
            assertThat(found).isBetween(140, 180);
        }

        @Test
        void isNotGuessedWithoutADifference() {
            MeanTally same = new MeanTally(new double[] {1, 0, 1});
            assertThat(PowerEstimate.examples(same, same)).isEmpty();
        }
    }
}
