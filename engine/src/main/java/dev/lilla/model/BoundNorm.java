package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Heads;
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

    /// Backward of [#forward].
    ///
    /// @param x as the forward pass read it
    /// @param dy gradient by its result; another matrix than `dx`
    /// @param dx gradient by `x`, added to
    void backward(BackwardStep step, Activation x, Activation dy, Activation dx) {
        @Nullable Activation dWeight = step.gradient(norm.weight());
        switch (norm.kind()) {
            case RMS -> step.gradients().rmsNorm(x, weight, norm.epsilon(), dy, dx, dWeight);
            case LAYER ->
                step.gradients()
                        .layerNorm(
                                x,
                                weight,
                                norm.epsilon(),
                                dy,
                                dx,
                                dWeight,
                                norm.bias().map(step::gradient).orElse(null));
        }
    }

    /// Backward of a norm of single heads, in place.
    ///
    /// @param x as the forward pass read it
    /// @param dy becomes the gradient by `x`
    void headBackward(BackwardStep step, Heads x, Heads dy) {
        step.gradients().headNorm(x, weight, norm.epsilon(), dy, step.gradient(norm.weight()));
    }
}
