package dev.lilla.evaluate.statistics;

import java.util.OptionalLong;

/// Two models on the same examples: how far apart they are, and whether that may be chance.
///
/// @param difference score of the first minus score of the second
/// @param interval of the difference, by paired bootstrap
/// @param pValue two-sided: McNemar's exact test for proportions, paired bootstrap for all others
/// @param test which of the two it was: `mcnemar` or `paired bootstrap`
/// @param examplesToSettle about how many examples would show a difference of this size with a power of 80 %; empty
///     where it cannot be said: no difference at all, or a score that no single example has
public record PairedComparison(
        double difference, Interval interval, double pValue, String test, OptionalLong examplesToSettle) {
    /// Differences with a (corrected) p-value below are called significant.
    public static final double LEVEL = 0.05;

    /// @throws IllegalArgumentException if the two were not scored on equally many examples
    public static PairedComparison of(Tally first, Tally second, Bootstrap bootstrap) {
        int examples = first.examples();
        if (examples != second.examples() || examples == 0) {
            throw new IllegalArgumentException("only scores on the same examples can be compared, found " + examples
                    + " and " + second.examples());
        }
        double difference = first.score() - second.score();
        double[] resampled = new double[bootstrap.resamples()];
        int[][] draws = bootstrap.draws(examples);
        for (int i = 0; i < resampled.length; i++) {
            resampled[i] = first.score(draws[i]) - second.score(draws[i]);
        }
        Interval interval = Bootstrap.percentile(resampled);
        OptionalLong needed = PowerEstimate.examples(first, second);
        if (first instanceof MeanTally one
                && second instanceof MeanTally two
                && one.isProportion()
                && two.isProportion()) {
            return new PairedComparison(difference, interval, mcNemar(one, two).pValue(), "mcnemar", needed);
        }
        return new PairedComparison(difference, interval, pValue(resampled, difference), "paired bootstrap", needed);
    }

    private static McNemar mcNemar(MeanTally first, MeanTally second) {
        int onlyFirst = 0;
        int onlySecond = 0;
        for (int i = 0; i < first.examples(); i++) {
            double gap = first.example(i).orElseThrow() - second.example(i).orElseThrow();
            onlyFirst += gap > 0 ? 1 : 0;
            onlySecond += gap < 0 ? 1 : 0;
        }
        return McNemar.of(onlyFirst, onlySecond);
    }

    /// How many resampled differences lie as far from their mean as the observed one lies from zero (sacrebleu,
    /// `significance.py`, after Riezler and Maxwell, 2005).
    private static double pValue(double[] resampled, double difference) {
        double mean = 0;
        int usable = 0;
        for (double value : resampled) {
            if (!Double.isNaN(value)) {
                mean += value;
                usable++;
            }
        }
        mean /= Math.max(1, usable);
        int asFar = 0;
        for (double value : resampled) {
            asFar += Math.abs(value - mean) >= Math.abs(difference) ? 1 : 0;
        }
        return Math.min(1, (asFar + 1.0) / (usable + 1.0));
    }

    public boolean isSignificant() {
        return pValue < LEVEL;
    }

    /// The same with a p-value that was corrected for many tests.
    public PairedComparison withPValue(double value) {
        return new PairedComparison(difference, interval, value, test, examplesToSettle);
    }
}
