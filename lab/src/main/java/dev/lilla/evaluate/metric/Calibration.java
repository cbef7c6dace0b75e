package dev.lilla.evaluate.metric;

import dev.lilla.evaluate.statistics.MeanTally;
import dev.lilla.evaluate.statistics.SumsTally;
import dev.lilla.evaluate.statistics.Tally;
import java.util.List;

/// Whether a model's probabilities mean what they say.
public final class Calibration {
    /// Bins of equal width, the usual number.
    public static final int BINS = 10;

    private static final double LEAST_PROBABILITY = 2.220446049250313e-16;

    private Calibration() {}

    /// Probabilities of all classes for one example.
    ///
    /// @param probabilities of each class, adding up to 1
    /// @param expected index of the right class
    public record Forecast(double[] probabilities, int expected) {
        public Forecast {
            if (expected < 0 || expected >= probabilities.length) {
                throw new IllegalArgumentException(
                        "class " + expected + " is not among " + probabilities.length + " classes");
            }
        }

        /// The likeliest class; the first of several.
        public int predicted() {
            int best = 0;
            for (int i = 1; i < probabilities.length; i++) {
                best = probabilities[i] > probabilities[best] ? i : best;
            }
            return best;
        }

        double confidence() {
            return probabilities[predicted()];
        }
    }

    /// Softmax of log-likelihoods.
    public static double[] softmax(double[] logLikelihoods) {
        double max = Double.NEGATIVE_INFINITY;
        for (double value : logLikelihoods) {
            max = Math.max(max, value);
        }
        double[] shares = new double[logLikelihoods.length];
        double sum = 0;
        for (int i = 0; i < shares.length; i++) {
            shares[i] = Math.exp(logLikelihoods[i] - max);
            sum += shares[i];
        }
        for (int i = 0; i < shares.length; i++) {
            shares[i] /= sum;
        }
        return shares;
    }

    /// Mean over examples of the summed squared errors of all classes (Brier, 1950), as lm-eval has it.
    public static Tally brier(List<Forecast> forecasts) {
        return new MeanTally(forecasts.stream().mapToDouble(Calibration::brier).toArray());
    }

    private static double brier(Forecast forecast) {
        double sum = 0;
        for (int i = 0; i < forecast.probabilities().length; i++) {
            double error = forecast.probabilities()[i] - (i == forecast.expected() ? 1 : 0);
            sum += error * error;
        }
        return sum;
    }

    /// Mean negative logarithm of the right class's probability, as scikit-learn's `log_loss`.
    public static Tally logLoss(List<Forecast> forecasts) {
        return new MeanTally(forecasts.stream()
                .mapToDouble(f -> -Math.log(
                        Math.clamp(f.probabilities()[f.expected()], LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)))
                .toArray());
    }

    /// Expected calibration error (Naeini et al., 2015): how far confidence and accuracy are apart,
    /// over [#BINS] bins of equal width `(low, high]` of the confidence in the likeliest class.
    public static Tally expectedError(List<Forecast> forecasts) {
        double[][] parts = new double[forecasts.size()][2 * BINS + 1];
        for (int i = 0; i < parts.length; i++) {
            Forecast forecast = forecasts.get(i);
            int bin = bin(forecast.confidence());
            parts[i][2 * bin] = forecast.confidence();
            parts[i][2 * bin + 1] = forecast.predicted() == forecast.expected() ? 1 : 0;
            parts[i][2 * BINS] = 1;
        }
        return SumsTally.ofSet(parts, sums -> {
            double gaps = 0;
            for (int bin = 0; bin < BINS; bin++) {
                gaps += Math.abs(sums[2 * bin] - sums[2 * bin + 1]);
            }
            return gaps / sums[2 * BINS];
        });
    }

    private static int bin(double confidence) {
        return Math.clamp((int) Math.ceil(confidence * BINS) - 1, 0, BINS - 1);
    }
}
