package dev.lilla.kernel.x64;

/// Kernels that go element by element: activations, gates, sums and the soft cap.
final class ActivationCode {
    /// The argument and the result of a function.
    private static final int VALUE = 0;

    /// The first of the registers that a function may use.
    private static final int SPARE = 1;

    /// Holds the cap for all rows.
    private static final int CAP = 14;

    enum Function {
        /// `x * sigmoid(x)`.
        SILU,
        /// `0.5 x (1 + tanh(u)) = x * sigmoid(2u)` with `2u = 2 sqrt(2 / pi) (x + 0.044715 x³)`.
        GELU_TANH,
        /// `0.5 x (1 + erf(x / sqrt(2)))`.
        GELU_ERF;

        private void emit(RowCode code) {
            switch (this) {
                case SILU -> silu(code);
                case GELU_TANH -> geluTanh(code);
                case GELU_ERF -> geluErf(code);
            }
        }
    }

    private ActivationCode() {}

    private static void silu(RowCode code) {
        Vec x = code.vector(VALUE);
        Vec u = code.vector(SPARE);
        code.asm().vmovups(u, x);
        code.functions().timesSigmoid(x, u, code.vector(SPARE + 1), code.vector(SPARE + 2));
    }

    private static void geluTanh(RowCode code) {
        Assembler asm = code.asm();
        Vec x = code.vector(VALUE);
        Vec u = code.vector(SPARE);
        asm.vmulps(u, x, x);
        code.lanes().broadcast(code.vector(SPARE + 1), 0.044715f);
        asm.vfmadd213ps(u, code.vector(SPARE + 1), code.lanes().constant(1f));
        asm.vmulps(u, u, x);
        asm.vmulps(u, u, code.lanes().constant(1.5957692f));
        code.functions().timesSigmoid(x, u, code.vector(SPARE + 1), code.vector(SPARE + 2));
    }

    private static void geluErf(RowCode code) {
        Assembler asm = code.asm();
        Vec x = code.vector(VALUE);
        Vec erf = code.vector(SPARE);
        asm.vmulps(erf, x, code.lanes().constant(0.70710677f));
        Vec[] spare = new Vec[5];
        for (int i = 0; i < spare.length; i++) {
            spare[i] = code.vector(SPARE + 1 + i);
        }
        code.functions().erf(erf, spare);
        asm.vaddps(erf, erf, code.lanes().constant(1f));
        asm.vmulps(x, x, code.lanes().constant(0.5f));
        asm.vmulps(x, x, erf);
    }

    static void activate(RowCode code, Function function) {
        code.emit(
                () -> {},
                () -> code.eachVector(1, (part, step) -> {
                    code.lanes().load(code.vector(VALUE), code.at(RowCode.X, step), part);
                    function.emit(code);
                    code.lanes().store(code.at(RowCode.OUT, step), code.vector(VALUE), part);
                }));
    }

    static void gate(RowCode code, Function function) {
        code.emit(
                () -> {},
                () -> code.eachVector(1, (part, step) -> {
                    code.lanes().load(code.vector(VALUE), code.at(RowCode.X, step), part);
                    function.emit(code);
                    code.lanes().load(code.vector(SPARE), code.at(RowCode.Y, step), part);
                    code.asm().vmulps(code.vector(VALUE), code.vector(VALUE), code.vector(SPARE));
                    code.lanes().store(code.at(RowCode.OUT, step), code.vector(VALUE), part);
                }));
    }

    /// Four vectors a round: one takes four instructions, and a round three of its own.
    static void add(RowCode code) {
        code.emit(
                () -> {},
                () -> code.eachVector(4, (part, step) -> {
                    Vec sum = code.vector(2 * step);
                    Vec added = code.vector(2 * step + 1);
                    code.lanes().load(sum, code.at(RowCode.X, step), part);
                    code.lanes().load(added, code.at(RowCode.Y, step), part);
                    code.asm().vaddps(sum, sum, added);
                    code.lanes().store(code.at(RowCode.OUT, step), sum, part);
                }));
    }

    static void softCap(RowCode code) {
        Vec x = code.vector(VALUE);
        Vec cap = code.vector(CAP);
        code.emit(
                () -> code.asm().vbroadcastss(cap, ElementArgument.NUMBER.at(RowCode.ARGUMENTS)),
                () -> code.eachVector(1, (part, step) -> {
                    code.lanes().load(x, code.at(RowCode.X, step), part);
                    code.asm().vdivps(x, x, cap);
                    code.functions().tanh(x, code.vector(SPARE), code.vector(SPARE + 1), code.vector(SPARE + 2));
                    code.asm().vmulps(x, x, cap);
                    code.lanes().store(code.at(RowCode.OUT, step), x, part);
                }));
    }
}
