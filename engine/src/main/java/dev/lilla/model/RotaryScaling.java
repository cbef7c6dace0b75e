package dev.lilla.model;

/// How rotary frequencies are changed to reach beyond the context a model was trained for.
public sealed interface RotaryScaling {
    /// Not at all.
    record None() implements RotaryScaling {}

    /// Every frequency divided by `factor` (Chen et al., arXiv 2306.15595).
    record Linear(float factor) implements RotaryScaling {}

    /// Llama 3.1: long wavelengths divided by `factor`, short ones kept, smoothly in between.
    record Llama3(float factor, float lowFrequencyFactor, float highFrequencyFactor, int originalContext)
            implements RotaryScaling {}

    /// Frequency `i` divided by `divisors[i]`: what a GGUF's `rope_freqs.weight` holds.
    record Divisors(float[] divisors) implements RotaryScaling {}

    /// Qwen v1: the base grows with the length of the prompt, once that exceeds the training context.
    record DynamicNtk(int trainContext) implements RotaryScaling {}

    /// Phi 3: one of two lists of divisors, chosen by the length of the prompt.
    ///
    /// @param magnitude factor on sine and cosine
    record LongRope(float[] shortDivisors, float[] longDivisors, int originalContext, float magnitude)
            implements RotaryScaling {}

    /// YaRN (Peng et al., arXiv 2309.00071).
    record Yarn(float factor, int originalContext, float betaFast, float betaSlow, float magnitude)
            implements RotaryScaling {}
}
