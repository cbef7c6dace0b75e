package dev.lilla.kernel.x64;

/// Operations element by element, norms and rotations as machine code, row by row and part by part. What they read
/// beside x, and where, is said in terms of [ElementArgument].
///
/// The output may be an operand. No byte beside the elements is read or written. Norms square in f32: of elements
/// beyond 1e19 nothing is left.
public enum ElementKernel {
    /// `out = x / sqrt(mean(x²) + number) * y`.
    RMS_NORM,
    /// `out = (x - mean(x)) / sqrt(var(x) + number) * y`.
    LAYER_NORM,
    /// The same, then `+ z`.
    LAYER_NORM_WITH_BIAS,
    /// Turns element `i` of x with element `i` of out, which is the second half of the same head: by cosines y and
    /// sines z.
    ROTATE_HALVES,
    /// Turns elements `2i` and `2i + 1` of x: by cosines y and sines z, both twice, the first sine negated.
    ROTATE_PAIRS,
    SILU,
    GELU_TANH,
    GELU_ERF,
    /// `out = silu(x) * y`.
    GATE_SILU,
    GATE_GELU_TANH,
    GATE_GELU_ERF,
    /// `out = x + y`.
    ADD,
    /// `out = number * tanh(x / number)`.
    SOFT_CAP;

    /// The code for processors of a level.
    public byte[] assemble(Isa isa) {
        RowCode code = new RowCode(isa);
        switch (this) {
            case RMS_NORM -> NormCode.rmsNorm(code);
            case LAYER_NORM -> NormCode.layerNorm(code, NormCode.Bias.NONE);
            case LAYER_NORM_WITH_BIAS -> NormCode.layerNorm(code, NormCode.Bias.ADDED);
            case ROTATE_HALVES -> RotaryCode.halves(code);
            case ROTATE_PAIRS -> RotaryCode.pairs(code);
            case SILU -> ActivationCode.activate(code, ActivationCode.Function.SILU);
            case GELU_TANH -> ActivationCode.activate(code, ActivationCode.Function.GELU_TANH);
            case GELU_ERF -> ActivationCode.activate(code, ActivationCode.Function.GELU_ERF);
            case GATE_SILU -> ActivationCode.gate(code, ActivationCode.Function.SILU);
            case GATE_GELU_TANH -> ActivationCode.gate(code, ActivationCode.Function.GELU_TANH);
            case GATE_GELU_ERF -> ActivationCode.gate(code, ActivationCode.Function.GELU_ERF);
            case ADD -> ActivationCode.add(code);
            case SOFT_CAP -> ActivationCode.softCap(code);
        }
        return code.asm().finish();
    }
}
