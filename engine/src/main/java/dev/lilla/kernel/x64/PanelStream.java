package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.ABOVE_OR_EQUAL;
import static dev.lilla.kernel.x64.Condition.BELOW;
import static dev.lilla.kernel.x64.Condition.EQUAL;
import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RSI;

/// Generates the loop over the blocks of a panel: the panel streams by in rsi, the tile beside it, and rcx counts.
///
/// @param tileRows of the tile, which tell how far apart its blocks are
record PanelStream(Assembler asm, PanelLayout layout, int tileRows) {
    /// How far ahead the panel is fetched, into the second-level cache. The lines of a turn are spread over its
    /// groups: all 37 of a block of Q4_K at once are more than the processor keeps in flight. Tried on Zen 4 with
    /// two threads, columns 4,096 and 14,336, against all at once and 2,048 bytes: 1.06 to 1.10 spread, 1.10 to
    /// 1.20 with 1,024.
    private static final int PREFETCH_BYTES = 1024;

    /// The same for codes of five and six bits, whose nibbles and upper bits are wanted at once: against 1,024
    /// bytes, Q5_0 is 1.3 times as fast, Q6_K 1.06 to 1.35 and Q5_K as fast.
    private static final int SPLIT_PREFETCH_BYTES = 2560;

    private static final int LINE = 64;

    /// Blocks of float panels in one turn of the loop: 16 columns.
    private static final int FLOAT_UNROLL = 8;

    /// All blocks.
    ///
    /// @param block generates one block
    /// @param tile what points into the tile
    void blocks(PanelBlock block, Gpr... tile) {
        int unroll = layout.encoding() == RowEncoding.FLOATS ? FLOAT_UNROLL : 1;
        Label many = new Label();
        Label few = new Label();
        Label end = new Label();
        if (unroll > 1) {
            asm.cmp(RCX, unroll);
            asm.jump(BELOW, few);
            asm.align(LINE / 2);
            asm.bind(many);
            turn(unroll, block, tile);
            asm.cmp(RCX, unroll);
            asm.jump(ABOVE_OR_EQUAL, many);
            asm.bind(few);
        }
        asm.test(RCX, RCX);
        asm.jump(EQUAL, end);
        Label one = new Label();
        asm.align(LINE / 2);
        asm.bind(one);
        turn(1, block, tile);
        asm.test(RCX, RCX);
        asm.jump(NOT_EQUAL, one);
        asm.bind(end);
    }

    /// `count` blocks, with their part of the panel further on fetched meanwhile.
    private void turn(int count, PanelBlock block, Gpr... tile) {
        int bytes = count * layout.blockBytes();
        int parts = count * block.groups();
        for (int i = 0; i < count; i++) {
            block.open();
            for (int group = 0; group < block.groups(); group++) {
                fetch(bytes / LINE, i * block.groups() + group, parts);
                block.group(i, group);
            }
        }
        asm.add(RSI, bytes);
        int tileBlocks = count * layout.blockColumns() / columnsOfTileBlock();
        for (Gpr pointer : tile) {
            asm.add(pointer, tileBlocks * layout.encoding().blockBytes(tileRows));
        }
        asm.sub(RCX, count);
    }

    /// The lines of a turn that belong to its part `part` of `parts`.
    private void fetch(int lines, int part, int parts) {
        int ahead = layout.hasUpperBits() ? SPLIT_PREFETCH_BYTES : PREFETCH_BYTES;
        for (int line = lines * part / parts; line < lines * (part + 1) / parts; line++) {
            asm.prefetcht1(Mem.at(RSI, ahead + line * LINE));
        }
    }

    private int columnsOfTileBlock() {
        return layout.encoding() == RowEncoding.FLOATS ? 1 : RowEncoding.BLOCK_COLUMNS;
    }
}
