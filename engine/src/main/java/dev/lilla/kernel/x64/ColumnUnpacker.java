package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.R10;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.R9;
import static dev.lilla.kernel.x64.Gpr.RBP;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Gpr.RSI;

/// Generates what unpacks some columns of a few panels to bf16, column by column: the transposed of a part of a
/// weight, whose neighbors are rows. So a weight can be the right side of `dx = dy · weight`, whose sums run over its
/// rows.
///
/// ```
///             panel 0   panel 1   ...            column 0: rows 0 to 15 | rows 16 to 31 | ...
///            +---------+---------+--             column 1: rows 0 to 15 | rows 16 to 31 | ...
///   16 rows  | block 0 | block 0 |       ->      ...
///            | block 1 | block 1 |
/// ```
///
/// | | |
/// | --- | --- |
/// | R8 | the first block of the panel |
/// | R9 | the panel's part of column 0 |
/// | R10 | panels to come |
/// | others | see [Bf16Unpacker] |
public final class ColumnUnpacker {
    /// Panels at most.
    public static final int PANELS_MAX = 8;

    /// Columns of whole blocks of every layout.
    public static final int COLUMNS_MAX = 256;

    /// Bytes of what [#PANELS_MAX] panels give of one column.
    private static final int RUN = PANELS_MAX * PanelLayout.ROWS * Short.BYTES;

    /// From one column to the next: an odd number of cache lines, as neighbors that were 256 bytes apart would share
    /// a quarter of the first-level cache.
    public static final int COLUMN_BYTES = RUN + MicroTile.LINE;

    /// Of all columns; those of the last block that do not exist are written too.
    public static final int BYTES = COLUMNS_MAX * COLUMN_BYTES;

    private ColumnUnpacker() {}

    /// The fields of the argument block, 8 bytes each.
    public enum Argument {
        /// Address of the first block in the first panel.
        BLOCK,
        /// Blocks of a panel: at least 1, [#COLUMNS_MAX] columns at most.
        BLOCKS,
        /// Bytes from one panel to the next.
        PANEL_BYTES,
        /// 1 to [#PANELS_MAX].
        PANELS,
        /// Address of column 0, aligned to 64 bytes.
        TARGET;

        @SuppressWarnings("EnumOrdinal") // the order of the layout
        public int offset() {
            return 8 * ordinal();
        }

        static int bytes() {
            return 8 * values().length;
        }

        private Mem at() {
            return Mem.at(RDI, offset());
        }
    }

    static byte[] assemble(PanelLayout layout) {
        Assembler asm = new Assembler();
        Bf16Unpacker unpacker = new Bf16Unpacker(layout, asm, new PanelColumns(asm));
        Label panel = new Label();
        asm.endbr64();
        asm.push(RBP);
        asm.mov(R8, Argument.BLOCK.at());
        asm.mov(R9, Argument.TARGET.at());
        asm.mov(R10, Argument.PANELS.at());
        asm.mov(RBP, Argument.PANEL_BYTES.at());
        unpacker.constants();
        asm.bind(panel);
        asm.mov(RSI, R8);
        asm.mov(RDX, R9);
        asm.mov(RCX, Argument.BLOCKS.at());
        unpacker.blocks();
        asm.add(R8, RBP);
        asm.add(R9, PanelLayout.ROWS * Short.BYTES);
        asm.sub(R10, 1);
        asm.jump(NOT_EQUAL, panel);
        asm.vzeroupper();
        asm.pop(RBP);
        asm.ret();
        return asm.finish();
    }
}
