package dev.lilla.evaluate;

import java.util.Arrays;

/// Adds up how two distributions over the next token differ. Holds the logits of one token of each.
final class DivergenceSums {
    private final float[] expected;
    private final float[] found;
    private final double[] expectedLog;
    private final double[] foundLog;
    private final double[] divergences;
    private int tokens;
    private double expectedLoss;
    private double foundLoss;
    private double changeSquares;
    private int agreed;

    /// @param tokensMax tokens that are added at most
    DivergenceSums(int vocab, int tokensMax) {
        expected = new float[vocab];
        found = new float[vocab];
        expectedLog = new double[vocab];
        foundLog = new double[vocab];
        divergences = new double[tokensMax];
    }

    /// Takes the logits of the reference, `[vocab]`.
    float[] expected() {
        return expected;
    }

    /// Takes the logits of the model, `[vocab]`.
    float[] found() {
        return found;
    }

    /// Adds the logits at hand.
    ///
    /// @param target the token that follows in the text
    void add(int target) {
        int expectedTop = logSoftmax(expected, expectedLog);
        int foundTop = logSoftmax(found, foundLog);
        double divergence = 0;
        for (int i = 0; i < expectedLog.length; i++) {
            divergence += Math.exp(expectedLog[i]) * (expectedLog[i] - foundLog[i]);
        }
        divergences[tokens++] = Math.max(0, divergence);
        expectedLoss -= expectedLog[target];
        foundLoss -= foundLog[target];
        double change = expectedLog[target] - foundLog[target];
        changeSquares += change * change;
        agreed += expectedTop == foundTop ? 1 : 0;
    }

    /// @return index of the largest, the first of equals
    private static int logSoftmax(float[] logits, double[] target) {
        int top = 0;
        for (int i = 1; i < logits.length; i++) {
            top = logits[i] > logits[top] ? i : top;
        }
        double mass = 0;
        for (float logit : logits) {
            mass += Math.exp((double) logit - logits[top]);
        }
        double shift = logits[top] + Math.log(mass);
        for (int i = 0; i < logits.length; i++) {
            target[i] = logits[i] - shift;
        }
        return top;
    }

    Divergence.Result result() {
        double[] sorted = Arrays.copyOf(divergences, tokens);
        Arrays.sort(sorted);
        double mean = Arrays.stream(sorted).average().orElse(0);
        double meanSquare = Arrays.stream(sorted).map(x -> x * x).average().orElse(0);
        double change = (foundLoss - expectedLoss) / tokens;
        return new Divergence.Result(
                tokens,
                Math.exp(foundLoss / tokens),
                Math.exp(expectedLoss / tokens),
                change,
                error(change, changeSquares / tokens),
                mean,
                error(mean, meanSquare),
                sorted[Math.min(tokens - 1, (int) (tokens * 0.99))],
                (double) agreed / tokens);
    }

    private double error(double mean, double meanSquare) {
        return tokens < 2 ? 0 : Math.sqrt(Math.max(0, meanSquare - mean * mean) / (tokens - 1));
    }
}
