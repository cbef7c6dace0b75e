package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.EQUAL;
import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.R10;
import static dev.lilla.kernel.x64.Gpr.R11;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.R9;
import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Gpr.RSI;
import static dev.lilla.kernel.x64.Mask.K1;
import static dev.lilla.kernel.x64.Mask.K2;
import static dev.lilla.kernel.x64.Vec.zmm;

/// Generates the encoding of up to 32 rows as [RowEncoding#BF16], one chunk of columns at a time.
///
/// A row of an AMX tile for the left side of a product is 32 neighboring columns in bf16, 64 bytes. So 32 f32
/// of a row are rounded to one vector (to the nearest, ties to even) and stored; those of the next step are a
/// step's bytes further. Row 16 begins the second tile of a step, 16 * 64 bytes behind row 0: all 32 rows are
/// 64 bytes apart.
public final class TileEncoder {
    private static final int LINE = 64;
    private static final int STEP_BYTES = RowEncoding.BF16.blockBytes(1);

    private final Assembler asm = new Assembler();

    /// The fields of the argument block, 8 bytes each.
    public enum Argument {
        /// Address of the first column of the chunk in the first row, f32.
        ROWS,
        /// Bytes from one row to the next.
        ROW_STRIDE,
        /// At least 1.
        ROW_COUNT,
        /// Columns of the chunk; those up to a multiple of 32 are written as zeros.
        COLUMNS,
        /// Address of the chunk's first step.
        TARGET;

        @SuppressWarnings("EnumOrdinal") // the order of the layout
        public int offset() {
            return 8 * ordinal();
        }
    }

    private TileEncoder() {}

    static byte[] assemble() {
        return new TileEncoder().code();
    }

    private static Mem argument(Argument argument) {
        return Mem.at(RDI, argument.offset());
    }

    private byte[] code() {
        Label row = new Label();
        Label step = new Label();
        Label rest = new Label();
        Label next = new Label();
        asm.endbr64();
        asm.mov(RSI, argument(Argument.ROWS));
        asm.mov(R9, argument(Argument.ROW_STRIDE));
        asm.mov(R10, argument(Argument.ROW_COUNT));
        asm.mov(RCX, argument(Argument.COLUMNS));
        asm.mov(R8, argument(Argument.TARGET));
        restMasks();
        asm.shr(RCX, 5);
        asm.bind(row);
        asm.mov(RAX, RSI);
        asm.mov(RDX, R8);
        asm.mov(RDI, RCX);
        asm.test(RDI, RDI);
        asm.jump(EQUAL, rest);
        asm.bind(step);
        asm.vmovups(zmm(0), Mem.at(RAX));
        asm.vmovups(zmm(1), Mem.at(RAX, LINE));
        store();
        asm.add(RAX, 2 * LINE);
        asm.add(RDX, STEP_BYTES);
        asm.sub(RDI, 1);
        asm.jump(NOT_EQUAL, step);
        asm.bind(rest);
        asm.test(R11, R11);
        asm.jump(EQUAL, next);
        asm.vmovups(zmm(0).zeroed(K1), Mem.at(RAX));
        asm.vmovups(zmm(1).zeroed(K2), Mem.at(RAX, LINE));
        store();
        asm.bind(next);
        asm.add(RSI, R9);
        asm.add(R8, LINE);
        asm.sub(R10, 1);
        asm.jump(NOT_EQUAL, row);
        asm.vzeroupper();
        asm.ret();
        return asm.finish();
    }

    /// r11 = the columns of the last, incomplete step; k1 and k2 = their lanes.
    private void restMasks() {
        asm.mov(R11, RCX);
        asm.and(R11, RowEncoding.BLOCK_COLUMNS - 1);
        asm.mov(RAX, 1);
        asm.shlx(RAX, RAX, R11);
        asm.sub(RAX, 1);
        asm.kmovw(K1, RAX);
        asm.shr(RAX, 16);
        asm.kmovw(K2, RAX);
    }

    private void store() {
        asm.vcvtne2ps2bf16(zmm(0), zmm(1), zmm(0));
        asm.vmovups(Mem.at(RDX), zmm(0));
    }
}
