package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.VectorOp.Tuple.BYTES_16;
import static dev.lilla.kernel.x64.VectorOp.Tuple.BYTES_32;
import static dev.lilla.kernel.x64.VectorOp.Tuple.BYTES_4;
import static dev.lilla.kernel.x64.VectorOp.Tuple.FULL;
import static dev.lilla.kernel.x64.VectorOp.Tuple.HALF;
import static dev.lilla.kernel.x64.VectorOp.Tuple.MEMORY;
import static dev.lilla.kernel.x64.VectorOp.Widths.FROM_256;
import static dev.lilla.kernel.x64.VectorOp.Widths.ONLY_512;
import static dev.lilla.kernel.x64.VectorOp.Widths.SCALAR;

/// Instructions on f32 lanes and between number formats, one method each; operands in Intel's order.
abstract sealed class FloatInstructions extends VectorInstructions permits IntegerInstructions {
    private static final VectorOp MOVE = VectorOp.both(1, 0, 0x10, MEMORY);
    private static final VectorOp MOVE_TO = VectorOp.both(1, 0, 0x11, MEMORY);
    private static final VectorOp MOVE_SCALAR =
            VectorOp.both(1, 2, 0x10, BYTES_4).with(SCALAR);
    private static final VectorOp MOVE_SCALAR_TO =
            VectorOp.both(1, 2, 0x11, BYTES_4).with(SCALAR);
    private static final VectorOp MASK_MOVE = VectorOp.avx(2, 1, 0x2C);
    private static final VectorOp MASK_MOVE_TO = VectorOp.avx(2, 1, 0x2E);
    private static final VectorOp BROADCAST = VectorOp.both(2, 1, 0x18, BYTES_4);
    private static final VectorOp ADD = VectorOp.both(1, 0, 0x58, FULL);
    private static final VectorOp MUL = VectorOp.both(1, 0, 0x59, FULL);
    private static final VectorOp SUB = VectorOp.both(1, 0, 0x5C, FULL);
    private static final VectorOp MIN = VectorOp.both(1, 0, 0x5D, FULL);
    private static final VectorOp DIV = VectorOp.both(1, 0, 0x5E, FULL);
    private static final VectorOp MAX = VectorOp.both(1, 0, 0x5F, FULL);
    private static final VectorOp SQRT = VectorOp.both(1, 0, 0x51, FULL);
    private static final VectorOp ADD_SCALAR =
            VectorOp.both(1, 2, 0x58, BYTES_4).with(SCALAR);
    private static final VectorOp MUL_SCALAR =
            VectorOp.both(1, 2, 0x59, BYTES_4).with(SCALAR);
    private static final VectorOp DIV_SCALAR =
            VectorOp.both(1, 2, 0x5E, BYTES_4).with(SCALAR);
    private static final VectorOp MAX_SCALAR =
            VectorOp.both(1, 2, 0x5F, BYTES_4).with(SCALAR);
    private static final VectorOp SQRT_SCALAR =
            VectorOp.both(1, 2, 0x51, BYTES_4).with(SCALAR);
    private static final VectorOp FMA_132 = VectorOp.both(2, 1, 0x98, FULL);
    private static final VectorOp FMA_213 = VectorOp.both(2, 1, 0xA8, FULL);
    private static final VectorOp FMA_231 = VectorOp.both(2, 1, 0xB8, FULL);
    private static final VectorOp FNMA_213 = VectorOp.both(2, 1, 0xAC, FULL);
    private static final VectorOp FNMA_231 = VectorOp.both(2, 1, 0xBC, FULL);
    private static final VectorOp FMA_231_SCALAR =
            VectorOp.both(2, 1, 0xB9, BYTES_4).with(SCALAR);
    private static final VectorOp ROUND = VectorOp.both(3, 1, 0x08, FULL);
    private static final VectorOp SCALE = VectorOp.avx512(2, 1, 0x2C, 0, FULL);
    private static final VectorOp COMPARE = VectorOp.avx(1, 0, 0xC2);
    private static final VectorOp COMPARE_TO_MASK = VectorOp.avx512(1, 0, 0xC2, 0, FULL);
    private static final VectorOp BLEND_BY_SIGN = VectorOp.avx(3, 1, 0x4A);
    private static final VectorOp BLEND_BY_MASK = VectorOp.avx512(2, 1, 0x65, 0, FULL);
    private static final VectorOp SHUFFLE = VectorOp.both(1, 0, 0xC6, FULL);
    private static final VectorOp UNPACK_LOW = VectorOp.both(1, 0, 0x14, FULL);
    private static final VectorOp UNPACK_HIGH = VectorOp.both(1, 0, 0x15, FULL);
    private static final VectorOp DUPLICATE_ODD = VectorOp.both(1, 2, 0x16, MEMORY);
    private static final VectorOp DUPLICATE_EVEN = VectorOp.both(1, 2, 0x12, MEMORY);
    private static final VectorOp PERMUTE = VectorOp.both(2, 1, 0x16, FULL).with(FROM_256);
    private static final VectorOp SHUFFLE_QUARTERS =
            VectorOp.avx512(3, 1, 0x23, 0, FULL).with(FROM_256);
    private static final VectorOp SHUFFLE_HALVES = VectorOp.avx(3, 1, 0x06).with(FROM_256);
    private static final VectorOp EXTRACT_QUARTER =
            VectorOp.both(3, 1, 0x19, BYTES_16).with(FROM_256);
    private static final VectorOp EXTRACT_HALF =
            VectorOp.avx512(3, 1, 0x1B, 1, BYTES_32).with(ONLY_512);
    private static final VectorOp INSERT_QUARTER =
            VectorOp.both(3, 1, 0x18, BYTES_16).with(FROM_256);
    private static final VectorOp INSERT_HALF =
            VectorOp.avx512(3, 1, 0x1A, 1, BYTES_32).with(ONLY_512);
    private static final VectorOp FROM_INT = VectorOp.both(1, 0, 0x5B, FULL);
    private static final VectorOp TO_INT = VectorOp.both(1, 1, 0x5B, FULL);
    private static final VectorOp FROM_HALF = VectorOp.both(2, 1, 0x13, HALF);
    private static final VectorOp TO_HALF = VectorOp.both(3, 1, 0x1D, HALF);
    private static final VectorOp TO_BRAIN = VectorOp.avx512(2, 2, 0x72, 0, FULL);
    private static final VectorOp TO_BRAIN_TWO = VectorOp.avx512(2, 3, 0x72, 0, FULL);
    private static final VectorOp DOT_BRAIN = VectorOp.avx512(2, 2, 0x52, 0, FULL);

    public void vmovups(Vec target, Operand source) {
        two(MOVE, target, source);
    }

    public void vmovups(Mem target, Vec source) {
        store(MOVE_TO, target, source);
    }

    /// The lowest lane from memory, the others zero.
    public void vmovss(Vec target, Mem source) {
        two(MOVE_SCALAR, target, source);
    }

    public void vmovss(Mem target, Vec source) {
        store(MOVE_SCALAR_TO, target, source);
    }

    /// The lanes whose sign in `lanes` is set, the others zero; other lanes are not touched in memory. AVX.
    public void vmaskmovps(Vec target, Vec lanes, Mem source) {
        three(MASK_MOVE, target, lanes, source);
    }

    public void vmaskmovps(Mem target, Vec lanes, Vec source) {
        three(MASK_MOVE_TO, source, lanes, target);
    }

    /// One f32 to all lanes, from memory or the lowest lane.
    public void vbroadcastss(Vec target, Operand source) {
        two(BROADCAST, target, source);
    }

    public void vaddps(Vec target, Vec left, Operand right) {
        three(ADD, target, left, right);
    }

    public void vsubps(Vec target, Vec left, Operand right) {
        three(SUB, target, left, right);
    }

    public void vmulps(Vec target, Vec left, Operand right) {
        three(MUL, target, left, right);
    }

    public void vdivps(Vec target, Vec left, Operand right) {
        three(DIV, target, left, right);
    }

    /// The right operand where either is not a number.
    public void vminps(Vec target, Vec left, Operand right) {
        three(MIN, target, left, right);
    }

    /// The right operand where either is not a number.
    public void vmaxps(Vec target, Vec left, Operand right) {
        three(MAX, target, left, right);
    }

    public void vsqrtps(Vec target, Operand source) {
        two(SQRT, target, source);
    }

    public void vaddss(Vec target, Vec left, Operand right) {
        three(ADD_SCALAR, target, left, right);
    }

    public void vmulss(Vec target, Vec left, Operand right) {
        three(MUL_SCALAR, target, left, right);
    }

    public void vdivss(Vec target, Vec left, Operand right) {
        three(DIV_SCALAR, target, left, right);
    }

    public void vmaxss(Vec target, Vec left, Operand right) {
        three(MAX_SCALAR, target, left, right);
    }

    public void vsqrtss(Vec target, Vec left, Operand right) {
        three(SQRT_SCALAR, target, left, right);
    }

    /// `target = target * right + left`.
    public void vfmadd132ps(Vec target, Vec left, Operand right) {
        three(FMA_132, target, left, right);
    }

    /// `target = left * target + right`.
    public void vfmadd213ps(Vec target, Vec left, Operand right) {
        three(FMA_213, target, left, right);
    }

    /// `target = left * right + target`.
    public void vfmadd231ps(Vec target, Vec left, Operand right) {
        three(FMA_231, target, left, right);
    }

    /// `target = right - left * target`.
    public void vfnmadd213ps(Vec target, Vec left, Operand right) {
        three(FNMA_213, target, left, right);
    }

    /// `target = target - left * right`.
    public void vfnmadd231ps(Vec target, Vec left, Operand right) {
        three(FNMA_231, target, left, right);
    }

    public void vfmadd231ss(Vec target, Vec left, Operand right) {
        three(FMA_231_SCALAR, target, left, right);
    }

    /// To whole numbers: `mode` 8 to nearest even, 9 down, 10 up, 11 to zero, without the inexact exception.
    public void vroundps(Vec target, Operand source, int mode) {
        two(ROUND, target, source, mode);
    }

    /// `target = left * 2^floor(right)`.
    public void vscalefps(Vec target, Vec left, Operand right) {
        three(SCALE, target, left, right);
    }

    /// `predicate` 1 less, 2 less or equal, 3 not a number, 13 greater or equal, 14 greater.
    public void vcmpps(Mask target, Vec left, Operand right, int predicate) {
        compare(COMPARE_TO_MASK, target, left, right, predicate);
    }

    /// All bits of the lanes for which it holds. AVX.
    public void vcmpps(Vec target, Vec left, Operand right, int predicate) {
        three(COMPARE, target, left, right, predicate);
    }

    /// `right` in the lanes whose sign in `lanes` is set, `left` in the others. AVX.
    public void vblendvps(Vec target, Vec left, Operand right, Vec lanes) {
        if (read(lanes, target.bits()) > 15) {
            throw new IllegalArgumentException("this instruction has registers 0 to 15: " + lanes);
        }
        three(BLEND_BY_SIGN, target, left, right, lanes.number() << 4);
    }

    /// `right` in the masked lanes of `target`, `left` in the others.
    public void vblendmps(Vec target, Vec left, Operand right) {
        three(BLEND_BY_MASK, target, left, right);
    }

    public void vshufps(Vec target, Vec left, Operand right, int order) {
        three(SHUFFLE, target, left, right, order);
    }

    public void vunpcklps(Vec target, Vec left, Operand right) {
        three(UNPACK_LOW, target, left, right);
    }

    public void vunpckhps(Vec target, Vec left, Operand right) {
        three(UNPACK_HIGH, target, left, right);
    }

    /// Lanes 1, 1, 3, 3, ...
    public void vmovshdup(Vec target, Operand source) {
        two(DUPLICATE_ODD, target, source);
    }

    /// Lanes 0, 0, 2, 2, ...
    public void vmovsldup(Vec target, Operand source) {
        two(DUPLICATE_EVEN, target, source);
    }

    /// `target[i] = source[indices[i]]`; indices count modulo the lanes.
    public void vpermps(Vec target, Vec indices, Operand source) {
        three(PERMUTE, target, indices, source);
    }

    /// Two quarters of `left`, then two of `right`, by two bits each.
    public void vshuff32x4(Vec target, Vec left, Operand right, int order) {
        three(SHUFFLE_QUARTERS, target, left, right, order);
    }

    /// Two halves of 128 bits by four bits each. AVX.
    public void vperm2f128(Vec target, Vec left, Operand right, int order) {
        three(SHUFFLE_HALVES, target, left, right, order);
    }

    /// 128 bits of `source`.
    public void vextractf128(Operand target, Vec source, int quarter) {
        store(EXTRACT_QUARTER, target, source, quarter);
    }

    /// 256 bits of `source`.
    public void vextractf64x4(Operand target, Vec source, int half) {
        store(EXTRACT_HALF, target, source, half);
    }

    public void vinsertf128(Vec target, Vec left, Operand right, int quarter) {
        three(INSERT_QUARTER, target, left, right, quarter);
    }

    public void vinsertf64x4(Vec target, Vec left, Operand right, int half) {
        three(INSERT_HALF, target, left, right, half);
    }

    public void vcvtdq2ps(Vec target, Operand source) {
        two(FROM_INT, target, source);
    }

    /// To the nearest, ties to even; what does not fit becomes the smallest.
    public void vcvtps2dq(Vec target, Operand source) {
        two(TO_INT, target, source);
    }

    /// f16 to f32, from half the width.
    public void vcvtph2ps(Vec target, Operand source) {
        two(FROM_HALF, target, source);
    }

    /// f32 to f16, to half the width, to the nearest even.
    public void vcvtps2ph(Operand target, Vec source) {
        store(TO_HALF, target, source, 0);
    }

    /// f32 to bf16, to half the width, to the nearest even; subnormals become zero.
    public void vcvtneps2bf16(Vec target, Vec source) {
        if (target.bits() != HALF.registerBits(source.bits())) {
            throw new IllegalArgumentException("the target has half the width of " + source + ": " + target);
        }
        two(TO_BRAIN, new Vec(target.number(), source.bits(), target.mask(), target.isZeroing()), source);
    }

    /// `right` to the lower half, `left` to the upper.
    public void vcvtne2ps2bf16(Vec target, Vec left, Operand right) {
        three(TO_BRAIN_TWO, target, left, right);
    }

    /// `target += left[2i] * right[2i] + left[2i + 1] * right[2i + 1]` in bf16, summed in f32.
    public void vdpbf16ps(Vec target, Vec left, Operand right) {
        three(DOT_BRAIN, target, left, right);
    }
}
