package dev.lilla.model;

import dev.lilla.kernel.RotaryFrequencies;
import dev.lilla.kernel.RotaryStyle;

/// Rotary position embedding of one layer (Su et al., arXiv 2104.09864).
///
/// @param dim elements of a head that are turned, from the first on; even
/// @param base the theta of the frequencies `base^(-2i / dim)`
public record RotaryEmbedding(RotaryStyle style, int dim, double base, RotaryScaling scaling) {
    public RotaryEmbedding {
        if (dim < 2 || dim % 2 != 0 || !(base > 1)) {
            throw new IllegalArgumentException("no rotary embedding: " + dim + " dimensions, base " + base);
        }
    }

    /// The frequencies for a sequence whose prompt has `promptTokens` tokens; they stay the same while it grows.
    public RotaryFrequencies frequencies(int promptTokens) {
        float[] inverse = new float[dim / 2];
        double scaledBase = scaling instanceof RotaryScaling.DynamicNtk ntk ? ntk.base(base, dim, promptTokens) : base;
        for (int pair = 0; pair < inverse.length; pair++) {
            double frequency = Math.pow(scaledBase, -2.0 * pair / dim);
            inverse[pair] = (float) scaling.scale(frequency, pair, this, promptTokens);
        }
        return new RotaryFrequencies(style, inverse, scaling.magnitude());
    }
}
