package dev.lilla.evaluate.statistics;

/// Whether two models are right on different examples more often one way than the other (McNemar, 1947).
///
/// @param onlyFirst examples that the first model alone got right
/// @param onlySecond examples that the second one alone got right
/// @param pValue two-sided, exact: the binomial probability of a split at least as uneven, were both equally good
public record McNemar(int onlyFirst, int onlySecond, double pValue) {
    public static McNemar of(int onlyFirst, int onlySecond) {
        return new McNemar(onlyFirst, onlySecond, exact(onlyFirst, onlySecond));
    }

    private static double exact(int first, int second) {
        int trials = first + second;
        int fewer = Math.min(first, second);
        double tail = 0;
        // Logarithms of binomial coefficients, so that thousands of trials neither overflow nor vanish.
        double logCoefficient = 0;
        for (int k = 0; k <= fewer; k++) {
            tail += Math.exp(logCoefficient - trials * Math.log(2));
            logCoefficient += Math.log(trials - k) - Math.log(k + 1.0);
        }
        return Math.min(1, 2 * tail);
    }
}
