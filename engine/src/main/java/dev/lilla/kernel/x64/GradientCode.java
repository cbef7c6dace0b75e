package dev.lilla.kernel.x64;

import dev.lilla.kernel.x64.ActivationCode.Function;

/// Kernels of derivatives that go element by element, of the softmax, and of the optimizer's step.
final class GradientCode {
    private static final int VALUE = 0;
    private static final int SPARE = 1;

    /// Registers that keep a row's numbers: no function uses them.
    private static final int KEPT = 10;

    private GradientCode() {}

    enum Factor {
        NONE,
        /// Times z as well.
        Z
    }

    /// `out = f'(x) * y`, or `f'(x) * y * z`.
    static void activation(RowCode code, Function function, Factor factor) {
        code.emit(
                () -> {},
                () -> code.eachVector(1, (part, step) -> {
                    Vec value = code.vector(VALUE);
                    Vec other = code.vector(SPARE);
                    code.lanes().load(value, code.at(RowCode.X, step), part);
                    derivative(code, function);
                    code.lanes().load(other, code.at(RowCode.Y, step), part);
                    code.asm().vmulps(value, value, other);
                    if (factor == Factor.Z) {
                        code.lanes().load(other, code.at(RowCode.Z, step), part);
                        code.asm().vmulps(value, value, other);
                    }
                    code.lanes().store(code.at(RowCode.OUT, step), value, part);
                }));
    }

    private static void derivative(RowCode code, Function function) {
        switch (function) {
            case SILU -> silu(code);
            case GELU_TANH -> geluTanh(code);
            case GELU_ERF -> geluErf(code);
        }
    }

    /// `s (1 + x (1 - s))` with `s = sigmoid(x)`.
    private static void silu(RowCode code) {
        Assembler asm = code.asm();
        Vec x = code.vector(VALUE);
        Vec sigmoid = code.vector(SPARE);
        Vec rest = code.vector(SPARE + 1);
        asm.vmovups(rest, x);
        code.lanes().broadcast(sigmoid, 1);
        code.functions().timesSigmoid(sigmoid, rest, code.vector(SPARE + 2), code.vector(SPARE + 3));
        code.lanes().broadcast(rest, 1);
        asm.vsubps(rest, rest, sigmoid);
        asm.vfmadd213ps(x, rest, code.lanes().constant(1f));
        asm.vmulps(x, x, sigmoid);
    }

    /// `s + x s (1 - s) u'` with `s = sigmoid(u)`, `u = 2 sqrt(2 / pi) (x + 0.044715 x³)`.
    private static void geluTanh(RowCode code) {
        Assembler asm = code.asm();
        Vec x = code.vector(VALUE);
        Vec sigmoid = code.vector(SPARE);
        Vec slope = code.vector(SPARE + 1);
        Vec u = code.vector(SPARE + 2);
        Vec spare = code.vector(SPARE + 3);
        asm.vmulps(slope, x, x);
        asm.vmulps(slope, slope, code.lanes().constant(0.044715f));
        asm.vaddps(u, slope, code.lanes().constant(1f));
        asm.vmulps(u, u, x);
        asm.vmulps(u, u, code.lanes().constant(1.5957692f));
        code.lanes().broadcast(spare, 3);
        asm.vfmadd213ps(slope, spare, code.lanes().constant(1f));
        asm.vmulps(slope, slope, code.lanes().constant(1.5957692f));
        code.lanes().broadcast(sigmoid, 1);
        code.functions().timesSigmoid(sigmoid, u, spare, code.vector(SPARE + 4));
        code.lanes().broadcast(u, 1);
        asm.vsubps(u, u, sigmoid);
        asm.vmulps(u, u, sigmoid);
        asm.vmulps(x, x, slope);
        asm.vfmadd213ps(x, u, sigmoid);
    }

    /// `0.5 (1 + erf(x / sqrt(2))) + x e^(-x²/2) / sqrt(2 pi)`.
    private static void geluErf(RowCode code) {
        Assembler asm = code.asm();
        Vec x = code.vector(VALUE);
        Vec erf = code.vector(SPARE);
        Vec bell = code.vector(SPARE + 1);
        Vec[] spare = new Vec[5];
        for (int i = 0; i < spare.length; i++) {
            spare[i] = code.vector(SPARE + 1 + i);
        }
        asm.vmulps(erf, x, code.lanes().constant(0.70710677f));
        code.functions().erf(erf, spare);
        asm.vmulps(bell, x, x);
        asm.vmulps(bell, bell, code.lanes().constant(-0.5f));
        code.functions().exp(bell, spare[1], spare[2]);
        asm.vmulps(x, x, code.lanes().constant(0.3989423f));
        asm.vmulps(x, x, bell);
        code.lanes().broadcast(spare[1], 0.5f);
        asm.vfmadd213ps(erf, spare[1], spare[1]);
        asm.vaddps(x, x, erf);
    }

    /// `out = y * (1 - (x * number)²)`.
    static void softCap(RowCode code) {
        Vec factor = code.vector(KEPT);
        code.emit(
                () -> code.asm().vbroadcastss(factor, ElementArgument.NUMBER.at(RowCode.ARGUMENTS)),
                () -> code.eachVector(1, (part, step) -> {
                    Vec ratio = code.vector(VALUE);
                    Vec gradient = code.vector(SPARE);
                    code.lanes().load(ratio, code.at(RowCode.X, step), part);
                    code.lanes().load(gradient, code.at(RowCode.Y, step), part);
                    code.asm().vmulps(ratio, ratio, factor);
                    code.asm().vmulps(ratio, ratio, ratio);
                    code.asm().vfnmadd213ps(ratio, gradient, gradient);
                    code.lanes().store(code.at(RowCode.OUT, step), ratio, part);
                }));
    }

    /// `out = y + number * x`.
    static void addScaled(RowCode code) {
        Vec scale = code.vector(KEPT);
        code.emit(
                () -> code.asm().vbroadcastss(scale, ElementArgument.NUMBER.at(RowCode.ARGUMENTS)),
                () -> code.eachVector(4, (part, step) -> {
                    Vec sum = code.vector(2 * step);
                    Vec added = code.vector(2 * step + 1);
                    code.lanes().load(sum, code.at(RowCode.Y, step), part);
                    code.lanes().load(added, code.at(RowCode.X, step), part);
                    code.asm().vfmadd231ps(sum, added, scale);
                    code.lanes().store(code.at(RowCode.OUT, step), sum, part);
                }));
    }

    /// `out = number * e^(x - max) / sum(e^(x - max))`, and max and sum in numbers 0 and 1 of the last row.
    static void softmax(RowCode code) {
        Assembler asm = code.asm();
        Vec largest = code.vector(KEPT);
        Vec sum = code.vector(KEPT + 1);
        Vec x = code.vector(VALUE);
        code.emit(() -> {}, () -> {
            code.lanes().broadcast(largest, Float.NEGATIVE_INFINITY);
            asm.vmovups(sum, largest);
            code.eachVector(2, (part, step) -> {
                code.lanes().load(x, code.at(RowCode.X, step), part);
                Vec lane = step == 0 ? largest : sum;
                if (part == LaneCode.Part.TAIL) {
                    // Where no element is, the zero loaded does not count: the lane stays.
                    maxOfTail(code, largest, x);
                } else {
                    asm.vmaxps(lane, lane, x);
                }
            });
            asm.vmaxps(largest, largest, sum);
            code.lanes().max(largest, x);
            asm.vmovss(number(0), largest.xmm());
            asm.vbroadcastss(largest, largest.xmm());
            asm.vpxor(sum, sum, sum);
            code.eachVector(1, (part, step) -> {
                code.lanes().load(x, code.at(RowCode.X, step), part);
                asm.vsubps(x, x, largest);
                code.functions().exp(x, code.vector(SPARE), code.vector(SPARE + 1));
                code.lanes().store(code.at(RowCode.OUT, step), x, part);
                if (part == LaneCode.Part.TAIL) {
                    code.lanes().clearBehindTail(x);
                }
                asm.vaddps(sum, sum, x);
            });
            code.lanes().sum(sum, x);
            asm.vmovss(number(1), sum.xmm());
            asm.vmovss(x.xmm(), ElementArgument.NUMBER.at(RowCode.ARGUMENTS));
            asm.vdivss(x.xmm(), x.xmm(), sum.xmm());
            asm.vbroadcastss(sum, x.xmm());
            code.eachVector(1, (part, step) -> {
                code.lanes().load(x, code.at(RowCode.OUT, step), part);
                asm.vmulps(x, x, sum);
                code.lanes().store(code.at(RowCode.OUT, step), x, part);
            });
        });
    }

    private static void maxOfTail(RowCode code, Vec largest, Vec x) {
        Assembler asm = code.asm();
        if (code.lanes().isa().hasMasks()) {
            asm.vmaxps(largest.masked(LaneCode.TAIL), largest, x);
        } else {
            Vec chosen = code.vector(SPARE);
            asm.vmaxps(chosen, largest, x);
            asm.vblendvps(largest, largest, chosen, code.vector(LaneCode.TAIL_VECTOR));
        }
    }

    /// `out = number * x * (y - sum(x * y))`: the gradient of scores from probabilities x and their gradient y.
    static void softmaxGradient(RowCode code) {
        Assembler asm = code.asm();
        Vec x = code.vector(VALUE);
        Vec along = code.vector(KEPT);
        Vec spare = code.vector(KEPT + 1);
        Vec scale = code.vector(KEPT + 2);
        code.emit(() -> asm.vbroadcastss(scale, ElementArgument.NUMBER.at(RowCode.ARGUMENTS)), () -> {
            asm.vpxor(along, along, along);
            asm.vpxor(spare, spare, spare);
            code.eachVector(2, (part, step) -> {
                Vec gradient = code.vector(SPARE);
                code.lanes().load(x, code.at(RowCode.X, step), part);
                code.lanes().load(gradient, code.at(RowCode.Y, step), part);
                asm.vfmadd231ps(step == 0 ? along : spare, x, gradient);
            });
            asm.vaddps(along, along, spare);
            code.lanes().sum(along, spare);
            asm.vbroadcastss(along, along.xmm());
            code.eachVector(1, (part, step) -> {
                Vec gradient = code.vector(SPARE);
                code.lanes().load(x, code.at(RowCode.X, step), part);
                code.lanes().load(gradient, code.at(RowCode.Y, step), part);
                asm.vsubps(gradient, gradient, along);
                asm.vmulps(x, x, scale);
                asm.vmulps(x, x, gradient);
                code.lanes().store(code.at(RowCode.OUT, step), x, part);
            });
        });
    }

    /// The numbers of a step of AdamW, in the order of [ElementArgument#numberOffset].
    private enum Adam {
        GRADIENT_SCALE,
        BETA_1,
        ONE_MINUS_BETA_1,
        BETA_2,
        ONE_MINUS_BETA_2,
        INVERSE_CORRECTION_2,
        EPSILON,
        RATE,
        KEPT_PART;

        @SuppressWarnings("EnumOrdinal") // the order of the layout
        Mem at() {
            return number(ordinal());
        }
    }

    /// One step of AdamW: x the gradients, y and z the moments, out the values; all but x change.
    static void adam(RowCode code) {
        Assembler asm = code.asm();
        Vec gradient = code.vector(0);
        Vec first = code.vector(1);
        Vec second = code.vector(2);
        Vec value = code.vector(3);
        Vec factor = code.vector(4);
        code.emit(
                () -> {},
                () -> code.eachVector(1, (part, step) -> {
                    code.lanes().load(gradient, code.at(RowCode.X, step), part);
                    code.lanes().load(first, code.at(RowCode.Y, step), part);
                    code.lanes().load(second, code.at(RowCode.Z, step), part);
                    code.lanes().load(value, code.at(RowCode.OUT, step), part);
                    times(asm, gradient, factor, Adam.GRADIENT_SCALE);
                    times(asm, first, factor, Adam.BETA_1);
                    asm.vbroadcastss(factor, Adam.ONE_MINUS_BETA_1.at());
                    asm.vfmadd231ps(first, gradient, factor);
                    times(asm, second, factor, Adam.BETA_2);
                    asm.vmulps(gradient, gradient, gradient);
                    asm.vbroadcastss(factor, Adam.ONE_MINUS_BETA_2.at());
                    asm.vfmadd231ps(second, gradient, factor);
                    code.lanes().store(code.at(RowCode.Y, step), first, part);
                    code.lanes().store(code.at(RowCode.Z, step), second, part);
                    times(asm, second, factor, Adam.INVERSE_CORRECTION_2);
                    asm.vsqrtps(second, second);
                    asm.vbroadcastss(factor, Adam.EPSILON.at());
                    asm.vaddps(second, second, factor);
                    times(asm, first, factor, Adam.RATE);
                    asm.vdivps(first, first, second);
                    times(asm, value, factor, Adam.KEPT_PART);
                    asm.vsubps(value, value, first);
                    code.lanes().store(code.at(RowCode.OUT, step), value, part);
                }));
    }

    private static void times(Assembler asm, Vec target, Vec factor, Adam number) {
        asm.vbroadcastss(factor, number.at());
        asm.vmulps(target, target, factor);
    }

    private static Mem number(int index) {
        return Mem.at(RowCode.ARGUMENTS, ElementArgument.numberOffset(index));
    }
}
