package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Weight;
import org.jspecify.annotations.Nullable;

/// A norm with its weights, each as long as a row.
record BoundNorm(Norm norm, Weight weight, @Nullable Weight bias) {
    /// `y = norm(x)`, row by row; `y` may be `x`.
    void forward(Backend backend, Activation x, Activation y) {
        switch (norm.kind()) {
            case RMS -> backend.rmsNorm(x, weight, norm.epsilon(), y);
            case LAYER -> backend.layerNorm(x, weight, bias, norm.epsilon(), y);
        }
    }
}
