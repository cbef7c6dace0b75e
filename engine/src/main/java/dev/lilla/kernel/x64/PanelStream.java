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
/// @param prefetch of the panel. The lines of a turn are spread over its groups: all 37 of a block of Q4_K at once are
///     more than the processor keeps in flight. On Zen 4 that is 1.06 to 1.10 times as fast as all at once
record PanelStream(Assembler asm, PanelLayout layout, int tileRows, Prefetch prefetch) {
    private static final int LINE = 64;

    /// Blocks of float panels in a step: 16 columns.
    private static final int FLOAT_BLOCKS = 8;

    /// Steps of one turn of the loop where blocks are short, so that each load reads 2,304 bytes (of Q4_0) behind
    /// its last, not 576: Zen 5 takes the latter for a pattern, and fetches by itself what is fetched anyway. There
    /// nibbles are read 1.1 to 1.2 times as fast for it, beside all else.
    private static final int STEPS = 4;

    /// Columns of a short block.
    private static final int SHORT = 64;

    /// Rows of a tile up to which a product waits for memory, so that long turns are worth their code.
    private static final int FEW_ROWS = 4;

    /// All blocks.
    ///
    /// @param block generates one block
    /// @param tile what points into the tile
    void blocks(PanelBlock block, Gpr... tile) {
        int count = layout.encoding() == RowEncoding.FLOATS ? FLOAT_BLOCKS : 1;
        int steps = layout.blockColumns() <= SHORT && tileRows <= FEW_ROWS ? STEPS : 1;
        Label many = new Label();
        Label few = new Label();
        Label end = new Label();
        if (steps * count > 1) {
            asm.cmp(RCX, steps * count);
            asm.jump(BELOW, few);
            asm.align(LINE / 2);
            asm.bind(many);
            for (int i = 0; i < steps; i++) {
                step(count, block, tile);
            }
            asm.sub(RCX, steps * count);
            asm.cmp(RCX, steps * count);
            asm.jump(ABOVE_OR_EQUAL, many);
            asm.bind(few);
        }
        asm.test(RCX, RCX);
        asm.jump(EQUAL, end);
        Label one = new Label();
        asm.align(LINE / 2);
        asm.bind(one);
        step(1, block, tile);
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, one);
        asm.bind(end);
    }

    /// `count` blocks, with their part of the panel further on fetched meanwhile.
    private void step(int count, PanelBlock block, Gpr... tile) {
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
    }

    /// The lines of a step that belong to its part `part` of `parts`.
    private void fetch(int lines, int part, int parts) {
        prefetch.lines(asm, Mem.at(RSI), layout.hasUpperBits(), lines * part / parts, lines * (part + 1) / parts);
    }

    private int columnsOfTileBlock() {
        return layout.encoding() == RowEncoding.FLOATS ? 1 : RowEncoding.BLOCK_COLUMNS;
    }
}
