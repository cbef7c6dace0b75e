package dev.lilla.kernel.x64;

/// The partial result of a row before its first block: no weights, and the lowest number as maximum. That is finite,
/// so that scores of minus infinity have weight 0 beside it and not the NaN of their difference.
///
/// @param zero a register that it takes
/// @param lowest another
record PartialResult(Assembler asm, AttentionShape shape, Vec zero, Vec lowest) {
    /// Loads what it begins with.
    void prepare() {
        asm.vpxor(zero, zero, zero);
        asm.vbroadcastss(lowest, asm.constant(-Float.MAX_VALUE));
    }

    /// Writes it to `row`, unless [AttentionArguments#CONTINUES] says that there is one; RAX is lost.
    void begin(Gpr row) {
        Label continued = new Label();
        int maximum = shape.rowBytes() + AttentionShape.STATE_VECTORS / 2;
        asm.mov(Gpr.RAX, Mem.at(Gpr.RDI, AttentionArguments.CONTINUES));
        asm.test(Gpr.RAX, Gpr.RAX);
        asm.jump(Condition.NOT_EQUAL, continued);
        for (int at = 0; at < maximum; at += shape.vectorBytes()) {
            asm.vmovups(Mem.at(row, at), zero);
        }
        asm.vmovups(Mem.at(row, maximum), lowest);
        asm.bind(continued);
    }
}
