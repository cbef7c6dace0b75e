package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.VectorOp.Tuple.BYTE;
import static dev.lilla.kernel.x64.VectorOp.Tuple.BYTES_16;
import static dev.lilla.kernel.x64.VectorOp.Tuple.BYTES_2;
import static dev.lilla.kernel.x64.VectorOp.Tuple.BYTES_32;
import static dev.lilla.kernel.x64.VectorOp.Tuple.BYTES_4;
import static dev.lilla.kernel.x64.VectorOp.Tuple.BYTES_8;
import static dev.lilla.kernel.x64.VectorOp.Tuple.FULL;
import static dev.lilla.kernel.x64.VectorOp.Tuple.FULL_64;
import static dev.lilla.kernel.x64.VectorOp.Tuple.GATHER;
import static dev.lilla.kernel.x64.VectorOp.Tuple.HALF;
import static dev.lilla.kernel.x64.VectorOp.Tuple.MEMORY;
import static dev.lilla.kernel.x64.VectorOp.Tuple.QUARTER;
import static dev.lilla.kernel.x64.VectorOp.Widths.FROM_256;
import static dev.lilla.kernel.x64.VectorOp.Widths.ONLY_512;
import static dev.lilla.kernel.x64.VectorOp.Widths.SCALAR;

/// Instructions on integer lanes, one method each; operands in Intel's order. Those on all bits have their AVX name and
/// take either encoding.
abstract sealed class IntegerInstructions extends FloatInstructions permits Assembler {
    private static final VectorOp ADD_32 = VectorOp.both(1, 1, 0xFE, FULL);
    private static final VectorOp SUB_32 = VectorOp.both(1, 1, 0xFA, FULL);
    private static final VectorOp ADD_16 = VectorOp.both(1, 1, 0xFD, MEMORY);
    private static final VectorOp ADD_8 = VectorOp.both(1, 1, 0xFC, MEMORY);
    private static final VectorOp SUB_8 = VectorOp.both(1, 1, 0xF8, MEMORY);
    private static final VectorOp MUL_32 = VectorOp.both(2, 1, 0x40, FULL);
    private static final VectorOp MUL_16 = VectorOp.both(1, 1, 0xD5, MEMORY);
    private static final VectorOp MUL_ADD_16 = VectorOp.both(1, 1, 0xF5, MEMORY);
    private static final VectorOp MUL_ADD_8 = VectorOp.both(2, 1, 0x04, MEMORY);
    private static final VectorOp DOT_8 = VectorOp.avx512(2, 1, 0x50, 0, FULL);
    private static final VectorOp DOT_8_AVX = VectorOp.avx(2, 1, 0x50);
    private static final VectorOp DOT_16 = VectorOp.avx512(2, 1, 0x52, 0, FULL);
    private static final VectorOp AND = VectorOp.both(1, 1, 0xDB, FULL);
    private static final VectorOp AND_NOT = VectorOp.both(1, 1, 0xDF, FULL);
    private static final VectorOp OR = VectorOp.both(1, 1, 0xEB, FULL);
    private static final VectorOp XOR = VectorOp.both(1, 1, 0xEF, FULL);
    private static final VectorOp TERNARY = VectorOp.avx512(3, 1, 0x25, 0, FULL);
    private static final VectorOp SHIFT_32 = VectorOp.both(1, 1, 0x72, FULL);
    private static final VectorOp SHIFT_16 = VectorOp.both(1, 1, 0x71, MEMORY);
    private static final VectorOp SHIFT_LEFT_EACH = VectorOp.both(2, 1, 0x47, FULL);
    private static final VectorOp SHIFT_RIGHT_EACH = VectorOp.both(2, 1, 0x45, FULL);
    private static final VectorOp SHIFT_RIGHT_EACH_64 =
            VectorOp.both(2, 1, 0x45, FULL_64).wideBoth();
    private static final VectorOp SHUFFLE_8 = VectorOp.both(2, 1, 0x00, MEMORY);
    private static final VectorOp SHUFFLE_32 = VectorOp.both(1, 1, 0x70, FULL);
    private static final VectorOp PERMUTE_8 = VectorOp.avx512(2, 1, 0x8D, 0, MEMORY);
    private static final VectorOp PERMUTE_16 = VectorOp.avx512(2, 1, 0x8D, 1, MEMORY);
    private static final VectorOp PERMUTE_32 = VectorOp.both(2, 1, 0x36, FULL).with(FROM_256);
    private static final VectorOp PERMUTE_64 =
            VectorOp.both(3, 1, 0x00, FULL_64).wideBoth().with(FROM_256);
    private static final VectorOp PERMUTE_TWO_32 = VectorOp.avx512(2, 1, 0x7E, 0, FULL);
    private static final VectorOp UNPACK_LOW_32 = VectorOp.both(1, 1, 0x62, FULL);
    private static final VectorOp UNPACK_HIGH_32 = VectorOp.both(1, 1, 0x6A, FULL);
    private static final VectorOp UNPACK_LOW_64 =
            VectorOp.both(1, 1, 0x6C, FULL_64).wide();
    private static final VectorOp UNPACK_HIGH_64 =
            VectorOp.both(1, 1, 0x6D, FULL_64).wide();
    private static final VectorOp UNPACK_LOW_16 = VectorOp.both(1, 1, 0x61, MEMORY);
    private static final VectorOp UNPACK_HIGH_16 = VectorOp.both(1, 1, 0x69, MEMORY);
    private static final VectorOp PACK_32_TO_16 = VectorOp.both(1, 1, 0x6B, FULL);
    private static final VectorOp PACK_16_TO_8 = VectorOp.both(1, 1, 0x63, MEMORY);
    private static final VectorOp ABS_8 = VectorOp.both(2, 1, 0x1C, MEMORY);
    private static final VectorOp SIGN_8 = VectorOp.avx(2, 1, 0x08);
    private static final VectorOp MIN_32 = VectorOp.both(2, 1, 0x39, FULL);
    private static final VectorOp MAX_32 = VectorOp.both(2, 1, 0x3D, FULL);
    private static final VectorOp COMPARE_32 = VectorOp.avx512(3, 1, 0x1F, 0, FULL);
    private static final VectorOp GREATER_32 = VectorOp.avx(1, 1, 0x66);
    private static final VectorOp BROADCAST_32 = VectorOp.both(2, 1, 0x58, BYTES_4);
    private static final VectorOp BROADCAST_16 = VectorOp.both(2, 1, 0x79, BYTES_2);
    private static final VectorOp BROADCAST_8 = VectorOp.both(2, 1, 0x78, BYTE);
    private static final VectorOp BROADCAST_64 =
            VectorOp.both(2, 1, 0x59, BYTES_8).wide();
    private static final VectorOp BROADCAST_GPR = VectorOp.avx512(2, 1, 0x7C, 0, BYTES_4);
    private static final VectorOp BROADCAST_QUARTER =
            VectorOp.both(2, 1, 0x5A, BYTES_16).with(FROM_256);
    private static final VectorOp BROADCAST_HALF =
            VectorOp.avx512(2, 1, 0x5B, 1, BYTES_32).with(ONLY_512);
    private static final VectorOp WIDEN_8_TO_16 = VectorOp.both(2, 1, 0x30, HALF);
    private static final VectorOp WIDEN_8_TO_32 = VectorOp.both(2, 1, 0x31, QUARTER);
    private static final VectorOp WIDEN_16_TO_32 = VectorOp.both(2, 1, 0x33, HALF);
    private static final VectorOp WIDEN_SIGNED_8_TO_16 = VectorOp.both(2, 1, 0x20, HALF);
    private static final VectorOp WIDEN_SIGNED_8_TO_32 = VectorOp.both(2, 1, 0x21, QUARTER);
    private static final VectorOp NARROW_32_TO_8 = VectorOp.avx512(2, 2, 0x31, 0, QUARTER);
    private static final VectorOp NARROW_32_TO_16 = VectorOp.avx512(2, 2, 0x33, 0, HALF);
    private static final VectorOp SATURATE_32_TO_8 = VectorOp.avx512(2, 2, 0x21, 0, QUARTER);
    private static final VectorOp GATHER_32 = VectorOp.avx512(2, 1, 0x90, 0, GATHER);
    private static final VectorOp GATHER_32_AVX = VectorOp.avx(2, 1, 0x90).with(GATHER);
    private static final VectorOp SCALAR_32 = VectorOp.both(1, 1, 0x6E, BYTES_4).with(SCALAR);
    private static final VectorOp SCALAR_32_TO =
            VectorOp.both(1, 1, 0x7E, BYTES_4).with(SCALAR);

    public void vpaddd(Vec target, Vec left, Operand right) {
        three(ADD_32, target, left, right);
    }

    public void vpsubd(Vec target, Vec left, Operand right) {
        three(SUB_32, target, left, right);
    }

    public void vpaddw(Vec target, Vec left, Operand right) {
        three(ADD_16, target, left, right);
    }

    public void vpaddb(Vec target, Vec left, Operand right) {
        three(ADD_8, target, left, right);
    }

    public void vpsubb(Vec target, Vec left, Operand right) {
        three(SUB_8, target, left, right);
    }

    public void vpmulld(Vec target, Vec left, Operand right) {
        three(MUL_32, target, left, right);
    }

    public void vpmullw(Vec target, Vec left, Operand right) {
        three(MUL_16, target, left, right);
    }

    /// Pairs of products of signed 16 bits, added to 32 bits.
    public void vpmaddwd(Vec target, Vec left, Operand right) {
        three(MUL_ADD_16, target, left, right);
    }

    /// Pairs of products of unsigned `left` and signed `right` bytes, added to 16 bits with saturation.
    public void vpmaddubsw(Vec target, Vec left, Operand right) {
        three(MUL_ADD_8, target, left, right);
    }

    /// `target += ` four products of unsigned `left` and signed `right` bytes (AVX-512 VNNI).
    public void vpdpbusd(Vec target, Vec left, Operand right) {
        three(DOT_8, target, left, right);
    }

    /// The same in AVX-VNNI's encoding.
    public void vpdpbusdAvx(Vec target, Vec left, Operand right) {
        three(DOT_8_AVX, target, left, right);
    }

    /// `target += ` two products of signed 16 bits (AVX-512 VNNI).
    public void vpdpwssd(Vec target, Vec left, Operand right) {
        three(DOT_16, target, left, right);
    }

    public void vpand(Vec target, Vec left, Operand right) {
        three(AND, target, left, right);
    }

    /// `target = ~left & right`.
    public void vpandn(Vec target, Vec left, Operand right) {
        three(AND_NOT, target, left, right);
    }

    public void vpor(Vec target, Vec left, Operand right) {
        three(OR, target, left, right);
    }

    public void vpxor(Vec target, Vec left, Operand right) {
        three(XOR, target, left, right);
    }

    /// Any function of three bits: bit `4 t + 2 l + r` of `table` for the bits of target, left and right.
    public void vpternlogd(Vec target, Vec left, Operand right, int table) {
        three(TERNARY, target, left, right, table);
    }

    public void vpslld(Vec target, Vec source, int count) {
        shiftBy(SHIFT_32, 6, target, source, count);
    }

    public void vpsrld(Vec target, Vec source, int count) {
        shiftBy(SHIFT_32, 2, target, source, count);
    }

    public void vpsrad(Vec target, Vec source, int count) {
        shiftBy(SHIFT_32, 4, target, source, count);
    }

    public void vpsllw(Vec target, Vec source, int count) {
        shiftBy(SHIFT_16, 6, target, source, count);
    }

    public void vpsrlw(Vec target, Vec source, int count) {
        shiftBy(SHIFT_16, 2, target, source, count);
    }

    /// Each lane by the count in the same lane of `counts`.
    public void vpsllvd(Vec target, Vec source, Operand counts) {
        three(SHIFT_LEFT_EACH, target, source, counts);
    }

    public void vpsrlvd(Vec target, Vec source, Operand counts) {
        three(SHIFT_RIGHT_EACH, target, source, counts);
    }

    public void vpsrlvq(Vec target, Vec source, Operand counts) {
        three(SHIFT_RIGHT_EACH_64, target, source, counts);
    }

    /// Bytes of each 128 bits of `source` by their index; index bit 7 gives zero.
    public void vpshufb(Vec target, Vec source, Operand indices) {
        three(SHUFFLE_8, target, source, indices);
    }

    public void vpshufd(Vec target, Operand source, int order) {
        two(SHUFFLE_32, target, source, order);
    }

    /// Bytes of the whole of `source` by their index (AVX-512 VBMI).
    public void vpermb(Vec target, Vec indices, Operand source) {
        three(PERMUTE_8, target, indices, source);
    }

    public void vpermw(Vec target, Vec indices, Operand source) {
        three(PERMUTE_16, target, indices, source);
    }

    public void vpermd(Vec target, Vec indices, Operand source) {
        three(PERMUTE_32, target, indices, source);
    }

    /// Four 64-bit lanes of each 256 bits by two bits each.
    public void vpermq(Vec target, Operand source, int order) {
        two(PERMUTE_64, target, source, order);
    }

    /// Lanes of `target` and `right` together, by `indices`: `target[i] = indices[i] < lanes ? target : right`.
    public void vpermt2d(Vec target, Vec indices, Operand right) {
        three(PERMUTE_TWO_32, target, indices, right);
    }

    public void vpunpckldq(Vec target, Vec left, Operand right) {
        three(UNPACK_LOW_32, target, left, right);
    }

    public void vpunpckhdq(Vec target, Vec left, Operand right) {
        three(UNPACK_HIGH_32, target, left, right);
    }

    public void vpunpcklqdq(Vec target, Vec left, Operand right) {
        three(UNPACK_LOW_64, target, left, right);
    }

    public void vpunpckhqdq(Vec target, Vec left, Operand right) {
        three(UNPACK_HIGH_64, target, left, right);
    }

    public void vpunpcklwd(Vec target, Vec left, Operand right) {
        three(UNPACK_LOW_16, target, left, right);
    }

    public void vpunpckhwd(Vec target, Vec left, Operand right) {
        three(UNPACK_HIGH_16, target, left, right);
    }

    /// Signed 32 to 16 bits with saturation, within each 128 bits: `left` below `right`.
    public void vpackssdw(Vec target, Vec left, Operand right) {
        three(PACK_32_TO_16, target, left, right);
    }

    /// Signed 16 to 8 bits with saturation, within each 128 bits.
    public void vpacksswb(Vec target, Vec left, Operand right) {
        three(PACK_16_TO_8, target, left, right);
    }

    public void vpabsb(Vec target, Operand source) {
        two(ABS_8, target, source);
    }

    /// `left` times the sign of `right`, byte by byte. AVX2.
    public void vpsignb(Vec target, Vec left, Operand right) {
        three(SIGN_8, target, left, right);
    }

    public void vpminsd(Vec target, Vec left, Operand right) {
        three(MIN_32, target, left, right);
    }

    public void vpmaxsd(Vec target, Vec left, Operand right) {
        three(MAX_32, target, left, right);
    }

    /// Signed; `predicate` 0 equal, 1 less, 2 less or equal, 4 not equal, 5 greater or equal, 6 greater.
    public void vpcmpd(Mask target, Vec left, Operand right, int predicate) {
        compare(COMPARE_32, target, left, right, predicate);
    }

    /// All bits of the lanes where `left > right`. AVX2.
    public void vpcmpgtd(Vec target, Vec left, Operand right) {
        three(GREATER_32, target, left, right);
    }

    public void vpbroadcastd(Vec target, Operand source) {
        two(BROADCAST_32, target, source);
    }

    public void vpbroadcastw(Vec target, Operand source) {
        two(BROADCAST_16, target, source);
    }

    public void vpbroadcastb(Vec target, Operand source) {
        two(BROADCAST_8, target, source);
    }

    public void vpbroadcastq(Vec target, Operand source) {
        two(BROADCAST_64, target, source);
    }

    /// The lower 32 bits of a general register to all lanes.
    public void vpbroadcastd(Vec target, Gpr source) {
        two(BROADCAST_GPR, target, Vec.xmm(source.number()));
    }

    /// 128 bits of memory to every 128 bits.
    public void vbroadcasti128(Vec target, Mem source) {
        two(BROADCAST_QUARTER, target, source);
    }

    /// 256 bits of memory to both halves.
    public void vbroadcasti64x4(Vec target, Mem source) {
        two(BROADCAST_HALF, target, source);
    }

    public void vpmovzxbw(Vec target, Operand source) {
        two(WIDEN_8_TO_16, target, source);
    }

    public void vpmovzxbd(Vec target, Operand source) {
        two(WIDEN_8_TO_32, target, source);
    }

    public void vpmovzxwd(Vec target, Operand source) {
        two(WIDEN_16_TO_32, target, source);
    }

    public void vpmovsxbw(Vec target, Operand source) {
        two(WIDEN_SIGNED_8_TO_16, target, source);
    }

    public void vpmovsxbd(Vec target, Operand source) {
        two(WIDEN_SIGNED_8_TO_32, target, source);
    }

    /// The lowest byte of each lane.
    public void vpmovdb(Operand target, Vec source) {
        store(NARROW_32_TO_8, target, source);
    }

    /// The lower half of each lane.
    public void vpmovdw(Operand target, Vec source) {
        store(NARROW_32_TO_16, target, source);
    }

    /// Each lane as a signed byte, with saturation.
    public void vpmovsdb(Operand target, Vec source) {
        store(SATURATE_32_TO_8, target, source);
    }

    /// Lanes of memory by index, where the mask of `source` is set; the mask is zero afterwards.
    public void vpgatherdd(Vec target, Mem source) {
        if (source.mask() == null || target.mask() != null || target.number() == indexNumber(source)) {
            throw new IllegalArgumentException(
                    "a gather needs a mask on its source alone, and a target that is not its index: " + source);
        }
        two(GATHER_32, target, source);
    }

    /// The same by the signs of `lanes`, which are zero afterwards. AVX2.
    public void vpgatherdd(Vec target, Mem source, Vec lanes) {
        int index = indexNumber(source);
        if (target.number() == index || target.number() == lanes.number() || lanes.number() == index) {
            throw new IllegalArgumentException("a gather needs three different registers: " + source);
        }
        three(GATHER_32_AVX, target, lanes, source);
    }

    public void vmovd(Vec target, Gpr source) {
        if (target.mask() != null) {
            throw new IllegalArgumentException("this instruction has no mask: " + target);
        }
        two(SCALAR_32, target, Vec.xmm(source.number()));
    }

    public void vmovd(Gpr target, Vec source) {
        store(SCALAR_32_TO, Vec.xmm(target.number()), source);
    }
}
