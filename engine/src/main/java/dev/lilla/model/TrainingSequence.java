package dev.lilla.model;

import java.util.Arrays;

/// A text to learn from.
///
/// @param tokens at least two; not copied, not to be changed while it is used
/// @param weights how much the loss of predicting each token from those before it counts: 0 for a token that is given,
///     not learned; of the first it means nothing
public record TrainingSequence(int[] tokens, float[] weights) {
    public TrainingSequence {
        if (tokens.length < 2 || weights.length != tokens.length) {
            throw new IllegalArgumentException("nothing to learn from " + tokens.length + " tokens with "
                    + weights.length + " weights, expected two tokens or more and a weight for each");
        }
        for (float weight : weights) {
            if (!(weight >= 0) || weight == Float.POSITIVE_INFINITY) {
                throw new IllegalArgumentException("the weight of a loss is a number from 0 on, not " + weight);
            }
        }
    }

    /// Every token counts the same.
    public static TrainingSequence of(int... tokens) {
        float[] weights = new float[tokens.length];
        Arrays.fill(weights, 1);
        return new TrainingSequence(tokens, weights);
    }

    /// Rows it takes in a pass: all tokens but the last, which nothing follows.
    public int rows() {
        return tokens.length - 1;
    }

    /// The sum of the weights that count.
    public double weight() {
        double sum = 0;
        for (int i = 1; i < weights.length; i++) {
            sum += weights[i];
        }
        return sum;
    }
}
