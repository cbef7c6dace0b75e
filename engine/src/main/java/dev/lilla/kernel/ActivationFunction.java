package dev.lilla.kernel;

/// The non-linearity of a feed-forward block.
public enum ActivationFunction {
    /// `x * sigmoid(x)`.
    SILU,
    /// `0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`.
    GELU_TANH,
    /// `0.5 x (1 + erf(x / sqrt(2)))`.
    GELU_ERF
}
