package dev.lilla.kernel.x64;

/// Kernels of norms: a pass for each sum, then one that scales.
///
/// Sums are f32 in four vectors, which take turns: an addition takes 4 cycles and two start in one, but a row is short
/// enough that four hide most of it; and a lane of a row of 4,096 adds 64 numbers at most at 512 bits, 128 at 256, so
/// its relative error stays below 128 * 2^-24 = 8e-6 at the worst and near 1e-7 as measured.
final class NormCode {
    private static final int STEPS = 4;

    /// Sums are in registers 0 to 3.
    private static final int VALUE = 4;

    private static final int WEIGHT = 5;
    private static final int MEAN = 6;
    private static final int FACTOR = 7;

    enum Bias {
        NONE,
        ADDED
    }

    private NormCode() {}

    static void rmsNorm(RowCode code) {
        code.emit(() -> {}, () -> {
            clearSums(code);
            code.eachVector(STEPS, (part, step) -> {
                Vec x = code.vector(VALUE);
                code.lanes().load(x, code.at(RowCode.X, step), part);
                code.asm().vfmadd231ps(code.vector(step), x, x);
            });
            meanOfSums(code);
            factor(code);
            code.eachVector(1, (part, step) -> {
                Vec x = code.vector(VALUE);
                code.lanes().load(x, code.at(RowCode.X, step), part);
                scale(code, part, step);
                code.lanes().store(code.at(RowCode.OUT, step), x, part);
            });
        });
    }

    static void layerNorm(RowCode code, Bias bias) {
        code.emit(() -> {}, () -> {
            clearSums(code);
            code.eachVector(STEPS, (part, step) -> {
                code.lanes().load(code.vector(VALUE), code.at(RowCode.X, step), part);
                code.asm().vaddps(code.vector(step), code.vector(step), code.vector(VALUE));
            });
            meanOfSums(code);
            code.asm().vbroadcastss(code.vector(MEAN), code.vector(0).xmm());
            clearSums(code);
            code.eachVector(STEPS, (part, step) -> {
                loadDeviation(code, part, step);
                if (part == LaneCode.Part.TAIL) {
                    // Where no element is, the deviation is not zero.
                    code.lanes().clearBehindTail(code.vector(VALUE));
                }
                code.asm().vfmadd231ps(code.vector(step), code.vector(VALUE), code.vector(VALUE));
            });
            meanOfSums(code);
            factor(code);
            code.eachVector(1, (part, step) -> {
                loadDeviation(code, part, step);
                scale(code, part, step);
                if (bias == Bias.ADDED) {
                    code.lanes().load(code.vector(WEIGHT), code.at(RowCode.Z, step), part);
                    code.asm().vaddps(code.vector(VALUE), code.vector(VALUE), code.vector(WEIGHT));
                }
                code.lanes().store(code.at(RowCode.OUT, step), code.vector(VALUE), part);
            });
        });
    }

    private static void loadDeviation(RowCode code, LaneCode.Part part, int step) {
        Vec x = code.vector(VALUE);
        code.lanes().load(x, code.at(RowCode.X, step), part);
        code.asm().vsubps(x, x, code.vector(MEAN));
    }

    private static void clearSums(RowCode code) {
        for (int step = 0; step < STEPS; step++) {
            Vec sum = code.vector(step);
            code.asm().vpxor(sum, sum, sum);
        }
    }

    /// The lowest lane of register 0 = the mean of all lanes of all sums.
    private static void meanOfSums(RowCode code) {
        Assembler asm = code.asm();
        asm.vaddps(code.vector(0), code.vector(0), code.vector(1));
        asm.vaddps(code.vector(2), code.vector(2), code.vector(3));
        asm.vaddps(code.vector(0), code.vector(0), code.vector(2));
        code.lanes().sum(code.vector(0), code.vector(1));
        Vec mean = code.vector(0).xmm();
        asm.vdivss(mean, mean, ElementArgument.COLUMNS_AS_FLOAT.at(RowCode.ARGUMENTS));
    }

    /// `1 / sqrt(mean + number)` in all lanes of [#FACTOR].
    private static void factor(RowCode code) {
        Assembler asm = code.asm();
        Vec mean = code.vector(0).xmm();
        asm.vaddss(mean, mean, ElementArgument.NUMBER.at(RowCode.ARGUMENTS));
        asm.vsqrtss(mean, mean, mean);
        Vec one = code.vector(1).xmm();
        asm.vmovss(one, asm.constant(1f));
        asm.vdivss(one, one, mean);
        asm.vbroadcastss(code.vector(FACTOR), one);
    }

    private static void scale(RowCode code, LaneCode.Part part, int step) {
        Vec x = code.vector(VALUE);
        code.asm().vmulps(x, x, code.vector(FACTOR));
        code.lanes().load(code.vector(WEIGHT), code.at(RowCode.Y, step), part);
        code.asm().vmulps(x, x, code.vector(WEIGHT));
    }
}
