package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RDX;

/// Weights column by column, the 16 rows of a panel side by side: 32 bytes every [ColumnUnpacker#COLUMN_BYTES].
///
/// `vcvtne2ps2bf16` puts the even column in the lower half of a vector, the odd one in the upper, and each half is
/// stored by itself.
record PanelColumns(Assembler asm) implements Bf16Target {
    @Override
    public void constants() {}

    @Override
    public int offset(int columns) {
        return columns * ColumnUnpacker.COLUMN_BYTES;
    }

    @Override
    public void store(Vec even, Vec odd, int column) {
        asm.vcvtne2ps2bf16(even, odd, even);
        asm.vmovups(at(column), even.ymm());
        asm.vextractf64x4(at(column + 1), even, 1);
    }

    @Override
    public void storePairs(Vec pairs, int column) {
        asm.vpmovdw(at(column), pairs);
        asm.vpsrld(pairs, pairs, 16);
        asm.vpmovdw(at(column + 1), pairs);
    }

    /// Nobody reads columns that do not exist.
    @Override
    public void clearGroup() {}

    private Mem at(int column) {
        return Mem.at(RDX, offset(column));
    }
}
