package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Vec.zmm;

/// Weights as the right side of a product in AMX tiles, one tile every [TileProduct#STEP_BYTES].
///
/// A tile is 32 columns (a step) of the panel's 16 rows, as 16 lines of 64 bytes, line `j` with columns `2j` and
/// `2j + 1` of all rows side by side:
///
/// ```
/// line j      row 0: c2j   c2j+1 | row 1: c2j   c2j+1 | ...      2 bf16 a row
/// ```
record TileLines(Assembler asm) implements Bf16Target {
    private static final int LINE = MicroTile.LINE;
    private static final Vec ORDER = zmm(31);

    @Override
    public void constants() {
        asm.vmovups(ORDER, PairCode.order(asm));
    }

    @Override
    public int offset(int columns) {
        int steps = columns / TileProduct.STEP_COLUMNS;
        return steps * TileProduct.STEP_BYTES + columns % TileProduct.STEP_COLUMNS / 2 * LINE;
    }

    @Override
    public void store(Vec even, Vec odd, int column) {
        PairCode.pair(asm, even, odd, ORDER);
        storePairs(even, column);
    }

    @Override
    public void storePairs(Vec pairs, int column) {
        asm.vmovups(Mem.at(RDX, offset(column)), pairs);
    }

    @Override
    public void clearGroup() {
        asm.vpxor(zmm(0), zmm(0), zmm(0));
        for (int column = 0; column < TileProduct.STEP_COLUMNS; column += 2) {
            asm.vmovups(Mem.at(RDX, offset(column)), zmm(0));
        }
    }
}
