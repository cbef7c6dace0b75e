package dev.lilla.kernel.x64;

/// Kernels of the derivatives of norms: a pass for each kind of sum, then one that adds to the gradient.
/// Operands are x the row that was normed, y the gradient of the normed row, z the weights, out the gradient of
/// x.
///
/// For each row the mean and the factor it was multiplied by are left at [ElementArgument#ROW_NUMBERS]. Sums
/// are f32 in lanes as in [NormCode].
final class NormGradientCode {
    /// Steps that take turns in the sums.
    private static final int STEPS = 2;

    /// Sums of squares, of gradients times x, of gradients: two registers each.
    private static final int SQUARES = 0;

    private static final int PRODUCTS = 2;
    private static final int GRADIENTS = 4;

    private static final int X = 6;
    private static final int GRADIENT = 7;
    private static final int SPARE = 8;
    private static final int MEAN = 9;
    private static final int FACTOR = 10;
    private static final int ALONG = 11;
    private static final int SHIFT = 12;

    private static final Gpr PLACE = RowCode.OFFSET;

    private NormGradientCode() {}

    /// `out += f * (g - x * mean(g * x) * f²)` with `g = y * z`, `f = 1 / sqrt(mean(x²) + number)`.
    static void rmsNorm(RowCode code) {
        code.emit(() -> {}, () -> {
            clear(code, SQUARES, 2 * STEPS);
            code.eachVector(STEPS, (part, step) -> {
                loadX(code, part, step);
                loadGradient(code, part, step);
                addSums(code, step);
            });
            code.asm().vpxor(code.vector(MEAN), code.vector(MEAN), code.vector(MEAN));
            finishSums(code);
            code.eachVector(1, (part, step) -> {
                loadX(code, part, step);
                loadGradient(code, part, step);
                addChange(code, part, step);
            });
        });
    }

    /// `out += f * (g - mean(g) - c * mean(g * c) * f²)` with `c = x - mean(x)`, `f = 1 / sqrt(mean(c²) + number)`.
    static void layerNorm(RowCode code) {
        Assembler asm = code.asm();
        code.emit(() -> {}, () -> {
            clear(code, SQUARES, 3 * STEPS);
            code.eachVector(STEPS, (part, step) -> {
                loadX(code, part, step);
                asm.vaddps(code.vector(SQUARES + step), code.vector(SQUARES + step), code.vector(X));
            });
            mean(code, SQUARES);
            asm.vbroadcastss(code.vector(MEAN), code.vector(SQUARES).xmm());
            clear(code, SQUARES, STEPS);
            code.eachVector(STEPS, (part, step) -> {
                loadX(code, part, step);
                asm.vsubps(code.vector(X), code.vector(X), code.vector(MEAN));
                if (part == LaneCode.Part.TAIL) {
                    // Where no element is, the deviation is not zero.
                    code.lanes().clearBehindTail(code.vector(X));
                }
                loadGradient(code, part, step);
                addSums(code, step);
                Vec gradients = code.vector(GRADIENTS + step);
                asm.vaddps(gradients, gradients, code.vector(GRADIENT));
            });
            mean(code, GRADIENTS);
            asm.vbroadcastss(code.vector(SHIFT), code.vector(GRADIENTS).xmm());
            finishSums(code);
            code.eachVector(1, (part, step) -> {
                loadX(code, part, step);
                asm.vsubps(code.vector(X), code.vector(X), code.vector(MEAN));
                loadGradient(code, part, step);
                asm.vsubps(code.vector(GRADIENT), code.vector(GRADIENT), code.vector(SHIFT));
                addChange(code, part, step);
            });
        });
    }

    private static void clear(RowCode code, int from, int count) {
        for (int i = from; i < from + count; i++) {
            code.asm().vpxor(code.vector(i), code.vector(i), code.vector(i));
        }
    }

    private static void loadX(RowCode code, LaneCode.Part part, int step) {
        code.lanes().load(code.vector(X), code.at(RowCode.X, step), part);
    }

    private static void loadGradient(RowCode code, LaneCode.Part part, int step) {
        code.lanes().load(code.vector(GRADIENT), code.at(RowCode.Y, step), part);
        code.lanes().load(code.vector(SPARE), code.at(RowCode.Z, step), part);
        code.asm().vmulps(code.vector(GRADIENT), code.vector(GRADIENT), code.vector(SPARE));
    }

    private static void addSums(RowCode code, int step) {
        code.asm().vfmadd231ps(code.vector(SQUARES + step), code.vector(X), code.vector(X));
        code.asm().vfmadd231ps(code.vector(PRODUCTS + step), code.vector(X), code.vector(GRADIENT));
    }

    /// The lowest lane of register `sums` = the mean of all lanes of it and the next.
    private static void mean(RowCode code, int sums) {
        Assembler asm = code.asm();
        asm.vaddps(code.vector(sums), code.vector(sums), code.vector(sums + 1));
        code.lanes().sum(code.vector(sums), code.vector(SPARE));
        Vec mean = code.vector(sums).xmm();
        asm.vdivss(mean, mean, ElementArgument.COLUMNS_AS_FLOAT.at(RowCode.ARGUMENTS));
    }

    /// [#FACTOR] and [#ALONG] in all lanes; mean and factor are kept for the caller.
    private static void finishSums(RowCode code) {
        Assembler asm = code.asm();
        mean(code, SQUARES);
        mean(code, PRODUCTS);
        Vec factor = code.vector(FACTOR).xmm();
        Vec squares = code.vector(SQUARES).xmm();
        Vec products = code.vector(PRODUCTS).xmm();
        asm.vaddss(squares, squares, ElementArgument.NUMBER.at(RowCode.ARGUMENTS));
        asm.vsqrtss(squares, squares, squares);
        asm.vmovss(factor, asm.constant(1f));
        asm.vdivss(factor, factor, squares);
        asm.vmulss(products, products, factor);
        asm.vmulss(products, products, factor);
        asm.mov(PLACE, ElementArgument.ROW_NUMBERS.at(RowCode.ARGUMENTS));
        asm.vmovss(Mem.at(PLACE), code.vector(MEAN).xmm());
        asm.vmovss(Mem.at(PLACE, Float.BYTES), factor);
        asm.add(PLACE, 2 * Float.BYTES);
        asm.mov(ElementArgument.ROW_NUMBERS.at(RowCode.ARGUMENTS), PLACE);
        asm.vbroadcastss(code.vector(FACTOR), factor);
        asm.vbroadcastss(code.vector(ALONG), products);
    }

    private static void addChange(RowCode code, LaneCode.Part part, int step) {
        Assembler asm = code.asm();
        asm.vfnmadd231ps(code.vector(GRADIENT), code.vector(X), code.vector(ALONG));
        code.lanes().load(code.vector(SPARE), code.at(RowCode.OUT, step), part);
        asm.vfmadd231ps(code.vector(SPARE), code.vector(GRADIENT), code.vector(FACTOR));
        code.lanes().store(code.at(RowCode.OUT, step), code.vector(SPARE), part);
    }
}
