package dev.lilla.train;

/// An example as tokens, with the weight of each token's loss.
///
/// @param line of its file
/// @param weights one for each token: the weight of the loss of predicting it from those before; the first is 0
/// @param truncated whether tokens were cut off
record EncodedExample(int line, int[] tokens, float[] weights, boolean truncated) {
    EncodedExample {
        if (tokens.length != weights.length || tokens.length < 2 || weights[0] != 0) {
            throw new IllegalArgumentException("an example of " + tokens.length + " tokens with " + weights.length
                    + " weights; expected as many of both, at least 2, the first weight 0");
        }
    }

    int length() {
        return tokens.length;
    }

    /// The sum of its weights.
    double weight() {
        double sum = 0;
        for (float weight : weights) {
            sum += weight;
        }
        return sum;
    }

    /// Tokens that are learned.
    int learned() {
        int count = 0;
        for (float weight : weights) {
            if (weight > 0) {
                count++;
            }
        }
        return count;
    }
}
