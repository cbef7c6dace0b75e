package dev.lilla.kernel.x64;

import dev.lilla.kernel.x64.ActivationCode.Function;
import dev.lilla.kernel.x64.GradientCode.Factor;

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
    SOFT_CAP,
    // From here on: training.
    /// `out = silu'(x) * y`.
    SILU_GRADIENT,
    GELU_TANH_GRADIENT,
    GELU_ERF_GRADIENT,
    /// `out = silu'(x) * y * z`.
    GATE_SILU_GRADIENT,
    GATE_GELU_TANH_GRADIENT,
    GATE_GELU_ERF_GRADIENT,
    /// `out = y * (1 - (x * number)²)`.
    SOFT_CAP_GRADIENT,
    /// `out = y + number * x`.
    ADD_SCALED,
    /// `out = number * e^(x - max) / sum`; leaves the maximum and the sum of the last row in numbers 0 and 1.
    SOFTMAX,
    /// `out = number * x * (y - sum(x * y))`.
    SOFTMAX_GRADIENT,
    /// See [NormGradientCode#rmsNorm].
    RMS_NORM_GRADIENT,
    /// See [NormGradientCode#layerNorm].
    LAYER_NORM_GRADIENT,
    /// See [GradientCode#adam].
    ADAM;

    /// Whether it is one of the backward pass or the optimizer.
    public boolean servesTraining() {
        return compareTo(SILU_GRADIENT) >= 0;
    }

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
            case SILU_GRADIENT -> GradientCode.activation(code, Function.SILU, Factor.NONE);
            case GELU_TANH_GRADIENT -> GradientCode.activation(code, Function.GELU_TANH, Factor.NONE);
            case GELU_ERF_GRADIENT -> GradientCode.activation(code, Function.GELU_ERF, Factor.NONE);
            case GATE_SILU_GRADIENT -> GradientCode.activation(code, Function.SILU, Factor.Z);
            case GATE_GELU_TANH_GRADIENT -> GradientCode.activation(code, Function.GELU_TANH, Factor.Z);
            case GATE_GELU_ERF_GRADIENT -> GradientCode.activation(code, Function.GELU_ERF, Factor.Z);
            case SOFT_CAP_GRADIENT -> GradientCode.softCap(code);
            case ADD_SCALED -> GradientCode.addScaled(code);
            case SOFTMAX -> GradientCode.softmax(code);
            case SOFTMAX_GRADIENT -> GradientCode.softmaxGradient(code);
            case RMS_NORM_GRADIENT -> NormGradientCode.rmsNorm(code);
            case LAYER_NORM_GRADIENT -> NormGradientCode.layerNorm(code);
            case ADAM -> GradientCode.adam(code);
        }
        return code.asm().finish();
    }
}
