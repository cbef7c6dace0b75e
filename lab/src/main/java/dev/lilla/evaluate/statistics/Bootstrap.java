package dev.lilla.evaluate.statistics;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Resampling of examples with replacement (Efron, "Bootstrap methods", 1979).
///
/// The same seed draws the same resamples for the same number of examples, so two models are compared on equal ones.
///
/// @param resamples how many, at least 1
public record Bootstrap(long seed, int resamples) {
    /// 1000 resamples put the ends of a 95 % interval within a few hundredths of its width.
    public static final Bootstrap DEFAULT = new Bootstrap(20_250_101, 1000);

    public Bootstrap {
        if (resamples < 1) {
            throw new IllegalArgumentException("resamples must be 1 or more, found " + resamples);
        }
    }

    /// The 95 % interval of a score: Wilson's for proportions, percentiles of resamples for all others.
    ///
    /// @throws IllegalArgumentException if there are no examples
    public Interval interval(Tally tally) {
        if (tally.examples() == 0) {
            throw new IllegalArgumentException("a score of no examples has no interval");
        }
        if (tally instanceof MeanTally mean && mean.isProportion()) {
            long successes = Math.round(mean.score() * mean.examples());
            return Wilson.interval(successes, mean.examples());
        }
        double[] scores = new double[resamples];
        int[][] draws = draws(tally.examples());
        for (int i = 0; i < resamples; i++) {
            scores[i] = tally.score(draws[i]);
        }
        return percentile(scores);
    }

    /// The 95 % interval that scores of resamples span.
    public static Interval percentile(double[] scores) {
        Percentiles percentiles = new Percentiles(scores);
        return new Interval(
                percentiles.at((1 - Interval.LEVEL) / 2), percentiles.at((1 + Interval.LEVEL) / 2), "bootstrap");
    }

    /// How often each example is in each resample, `[resamples, examples]`.
    int[][] draws(int examples) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int[][] draws = new int[resamples][examples];
        for (int[] weights : draws) {
            for (int i = 0; i < examples; i++) {
                weights[random.nextInt(examples)]++;
            }
        }
        return draws;
    }

    /// How often each example is in a resample that is given by indices.
    public static int[] weights(int[] indices, int examples) {
        int[] weights = new int[examples];
        Arrays.stream(indices).forEach(index -> weights[index]++);
        return weights;
    }
}
