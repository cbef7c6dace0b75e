package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.EQUAL;
import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.R10;
import static dev.lilla.kernel.x64.Gpr.R11;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.R9;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Gpr.RSI;
import static dev.lilla.kernel.x64.Vec.xmm;
import static dev.lilla.kernel.x64.Vec.ymm;

/// Generates the encoding of one row of a tile as [RowEncoding#BYTES]: for each 32 columns the largest
/// magnitude becomes 127, as in ggml's Q8_0, but the scale stays f32. 256-bit AVX2 instructions, since
/// it is a few percent of any product.
///
/// Magnitudes are compared as integers, so that a NaN or infinity is the largest, the scale becomes
/// one too, and with it every result of the row. Blocks of magnitudes below 2^-100, whose inverse
/// would not be finite, count as zero.
public final class RowEncoder {
    /// The fields of the argument block, 8 bytes each.
    public enum Argument {
        /// Address of the row, f32.
        ROW,
        /// Blocks of 32 columns.
        BLOCKS,
        /// Address of the row's first bytes in the tile.
        BYTES,
        /// Address of the row's first [RowEncoding.Field#SCALE].
        FIELDS,
        /// Bytes from one block to the next.
        BLOCK_STRIDE,
        /// Bytes from one field to the next.
        FIELD_STRIDE;

        @SuppressWarnings("EnumOrdinal") // the order of the layout
        public int offset() {
            return 8 * ordinal();
        }

        public static int bytes() {
            return 8 * values().length;
        }
    }

    /// 2^-100 as bits of an f32.
    private static final int SMALLEST = 0x0D800000;

    private final Assembler asm = new Assembler();

    private RowEncoder() {}

    static byte[] assemble() {
        return new RowEncoder().code();
    }

    private static Mem argument(Argument argument) {
        return Mem.at(RDI, argument.offset());
    }

    private byte[] code() {
        Label block = new Label();
        Label done = new Label();
        asm.endbr64();
        asm.mov(RSI, argument(Argument.ROW));
        asm.mov(RCX, argument(Argument.BLOCKS));
        asm.mov(RDX, argument(Argument.BYTES));
        asm.mov(R8, argument(Argument.FIELDS));
        asm.mov(R9, argument(Argument.BLOCK_STRIDE));
        asm.mov(R10, argument(Argument.FIELD_STRIDE));
        asm.test(RCX, RCX);
        asm.jump(EQUAL, done);
        asm.vpbroadcastd(ymm(15), asm.constant(0x7FFFFFFF));
        asm.vpbroadcastd(ymm(14), asm.constant(0x00010001));
        asm.vpxor(xmm(13), xmm(13), xmm(13));
        asm.vmovss(xmm(12), asm.constant(127f));
        asm.align(32);
        asm.bind(block);
        scales();
        bytes();
        sums();
        asm.add(RSI, RowEncoding.BLOCK_COLUMNS * Float.BYTES);
        asm.add(RDX, R9);
        asm.add(R8, R9);
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, block);
        asm.bind(done);
        asm.vzeroupper();
        asm.ret();
        return asm.finish();
    }

    /// ymm0-3 = the columns, xmm6 = the scale, ymm7 = its inverse in all lanes.
    private void scales() {
        for (int i = 0; i < 4; i++) {
            asm.vmovups(ymm(i), Mem.at(RSI, 32 * i));
            asm.vpand(ymm(4 + i), ymm(i), ymm(15));
        }
        asm.vpmaxsd(ymm(4), ymm(4), ymm(5));
        asm.vpmaxsd(ymm(6), ymm(6), ymm(7));
        asm.vpmaxsd(ymm(4), ymm(4), ymm(6));
        asm.vextractf128(xmm(5), ymm(4), 1);
        asm.vpmaxsd(xmm(4), xmm(4), xmm(5));
        asm.vpshufd(xmm(5), xmm(4), 0b01_00_11_10);
        asm.vpmaxsd(xmm(4), xmm(4), xmm(5));
        asm.vpshufd(xmm(5), xmm(4), 0b10_11_00_01);
        asm.vpmaxsd(xmm(4), xmm(4), xmm(5));
        asm.vpbroadcastd(xmm(5), asm.constant(SMALLEST - 1));
        asm.vpcmpgtd(xmm(5), xmm(4), xmm(5));
        asm.vpand(xmm(4), xmm(4), xmm(5));
        asm.vdivss(xmm(6), xmm(4), xmm(12));
        asm.vdivss(xmm(7), xmm(12), xmm(4));
        asm.vpand(xmm(7), xmm(7), xmm(5));
        asm.vmovss(Mem.at(R8), xmm(6));
        asm.vbroadcastss(ymm(7), xmm(7));
    }

    /// ymm0-3 become integers, then 32 bytes in xmm8 (columns 0 to 15) and xmm9.
    private void bytes() {
        for (int i = 0; i < 4; i++) {
            asm.vmulps(ymm(i), ymm(i), ymm(7));
            asm.vcvtps2dq(ymm(i), ymm(i));
        }
        for (int half = 0; half < 2; half++) {
            asm.vpackssdw(ymm(10), ymm(2 * half), ymm(2 * half + 1));
            asm.vpermq(ymm(10), ymm(10), 0b11_01_10_00);
            asm.vextractf128(xmm(11), ymm(10), 1);
            asm.vpacksswb(xmm(8 + half), xmm(10), xmm(11));
            asm.vmovups(Mem.at(RDX, 16 * half), xmm(8 + half));
        }
    }

    /// The sums of the bytes of both halves, and the fields made of them.
    private void sums() {
        for (int half = 0; half < 2; half++) {
            Vec sum = xmm(half);
            asm.vpmovsxbw(ymm(10), xmm(8 + half));
            asm.vpmaddwd(ymm(10), ymm(10), ymm(14));
            asm.vextractf128(xmm(11), ymm(10), 1);
            asm.vpaddd(sum, xmm(10), xmm(11));
            asm.vpshufd(xmm(11), sum, 0b01_00_11_10);
            asm.vpaddd(sum, sum, xmm(11));
            asm.vpshufd(xmm(11), sum, 0b10_11_00_01);
            asm.vpaddd(sum, sum, xmm(11));
        }
        asm.vpaddd(xmm(2), xmm(0), xmm(1));
        asm.lea(R11, Mem.at(R8, R10, 1, 0));
        storeTimes(xmm(2), 3);
        storeTimes(xmm(0), 7);
        storeTimes(xmm(1), 7);
        storeScaled(xmm(2));
        storeScaled(xmm(0));
        storeScaled(xmm(1));
    }

    /// Stores `-sum << shift` at the next field.
    private void storeTimes(Vec sum, int shift) {
        asm.vpslld(xmm(4), sum, shift);
        asm.vpsubd(xmm(4), xmm(13), xmm(4));
        next(xmm(4));
    }

    private void storeScaled(Vec sum) {
        asm.vcvtdq2ps(xmm(4), sum);
        asm.vmulss(xmm(4), xmm(4), xmm(6));
        next(xmm(4));
    }

    private void next(Vec value) {
        asm.vmovss(Mem.at(R11), value);
        asm.add(R11, R10);
    }
}
