package dev.lilla.model;

import java.util.Optional;

/// A normalization with learned weights.
///
/// @param weight one value an element, in the form that multiplies: Gemma's `1 + w` is already added
/// @param bias only of a [Kind#LAYER] norm
public record Norm(Kind kind, String weight, Optional<String> bias, float epsilon) {
    public enum Kind {
        /// Root mean square.
        RMS,
        /// Mean and variance.
        LAYER
    }

    public static Norm rms(String weight, float epsilon) {
        return new Norm(Kind.RMS, weight, Optional.empty(), epsilon);
    }
}
