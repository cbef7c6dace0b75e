package dev.lilla.model;

/// The losses of some tokens.
///
/// @param loss weighted sum of the cross entropies, in nats
/// @param weight sum of the weights
/// @param targets tokens with a weight
public record LossSum(double loss, double weight, long targets) {
    public static final LossSum ZERO = new LossSum(0, 0, 0);

    /// Of these and of others together.
    public LossSum plus(LossSum others) {
        return new LossSum(loss + others.loss, weight + others.weight, targets + others.targets);
    }

    /// Nats per token, by weight; not a number where there are none.
    public double mean() {
        return loss / weight;
    }
}
