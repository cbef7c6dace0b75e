package dev.lilla.model;

import dev.lilla.kernel.RotaryFrequencies;
import dev.lilla.kernel.RotaryStyle;

/// Rotary position embedding of one layer (Su et al., arXiv 2104.09864).
///
/// @param dim elements of a head that are turned, from the first on; even
/// @param base the theta of the frequencies `base^(-2i / dim)`
public record RotaryEmbedding(RotaryStyle style, int dim, double base, RotaryScaling scaling) {
    /// The frequencies for a sequence whose prompt has `promptTokens` tokens; they stay the same while it grows.
    public RotaryFrequencies frequencies(int promptTokens) {
        throw new UnsupportedOperationException("promptTokens " + promptTokens);
    }
}
