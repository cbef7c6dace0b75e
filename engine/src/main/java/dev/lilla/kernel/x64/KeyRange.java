package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.AttentionArguments.RECORD_POSITION;
import static dev.lilla.kernel.x64.Gpr.R13;
import static dev.lilla.kernel.x64.Gpr.R14;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDX;

/// Which keys of a block, at position R13, the row at R14 sees: RCX (inclusive) to RAX. It sees those of its own
/// position and of RDX before it.
final class KeyRange {
    private final Assembler asm;

    KeyRange(Assembler asm) {
        this.asm = asm;
    }

    /// R8 is lost.
    ///
    /// @param none where to go if it sees none
    void compute(Label none) {
        asm.movsxd(RAX, Mem.at(R14, RECORD_POSITION));
        asm.sub(RAX, R13);
        asm.mov(RCX, RAX);
        asm.sub(RCX, RDX);
        asm.add(RAX, 1);
        asm.cmp(RAX, 0);
        asm.jump(Condition.LESS_OR_EQUAL, none);
        asm.mov(R8, AttentionShape.TOKENS);
        asm.cmp(RCX, R8);
        asm.jump(Condition.GREATER_OR_EQUAL, none);
        asm.cmp(RAX, R8);
        asm.cmov(Condition.GREATER, RAX, R8);
        asm.mov(R8, 0);
        asm.cmp(RCX, R8);
        asm.cmov(Condition.LESS, RCX, R8);
    }
}
