package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.R10;
import static dev.lilla.kernel.x64.Gpr.R11;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.R9;
import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RBX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Gpr.RSI;

/// The frame of an [ElementKernel]: loops over rows and their parts, with all operands in registers.
///
/// The body of a part finds [#X], [#Y], [#Z], [#OUT] and [#COLUMNS] set and the tail prepared; [#OFFSET] and [#COUNT]
/// are its own, as are the vector registers, except those its `prepare` filled for all rows.
final class RowCode {
    static final Gpr ARGUMENTS = RDI;
    static final Gpr X = RSI;
    static final Gpr Y = RDX;
    static final Gpr Z = RBX;
    static final Gpr OUT = RCX;
    static final Gpr COLUMNS = R8;
    static final Gpr OFFSET = R10;
    static final Gpr COUNT = R11;
    private static final Gpr ROWS = R9;
    private static final Gpr PARTS = RAX;

    private final Assembler asm = new Assembler();
    private final LaneCode lanes;
    private final LaneFunctions functions;

    RowCode(Isa isa) {
        lanes = new LaneCode(asm, isa);
        functions = new LaneFunctions(asm, lanes);
    }

    Assembler asm() {
        return asm;
    }

    LaneCode lanes() {
        return lanes;
    }

    LaneFunctions functions() {
        return functions;
    }

    Vec vector(int number) {
        return lanes.vector(number);
    }

    /// The whole kernel.
    ///
    /// @param prepare what all rows share
    /// @param part what is done with one part
    void emit(Runnable prepare, Runnable part) {
        Label row = new Label();
        Label nextPart = new Label();
        Label done = new Label();
        asm.endbr64();
        asm.push(Z);
        asm.mov(X, ElementArgument.X.at(ARGUMENTS));
        asm.mov(Y, ElementArgument.Y.at(ARGUMENTS));
        asm.mov(Z, ElementArgument.Z.at(ARGUMENTS));
        asm.mov(OUT, ElementArgument.OUT.at(ARGUMENTS));
        asm.mov(COLUMNS, ElementArgument.COLUMNS.at(ARGUMENTS));
        asm.mov(COUNT, COLUMNS);
        lanes.tail(COUNT, OFFSET);
        prepare.run();
        asm.mov(ROWS, ElementArgument.ROWS.at(ARGUMENTS));
        asm.test(ROWS, ROWS);
        asm.jump(Condition.EQUAL, done);
        asm.bind(row);
        asm.push(X);
        asm.push(OUT);
        asm.mov(PARTS, ElementArgument.PARTS.at(ARGUMENTS));
        asm.bind(nextPart);
        part.run();
        asm.add(X, ElementArgument.PART_STRIDE.at(ARGUMENTS));
        asm.add(OUT, ElementArgument.PART_STRIDE.at(ARGUMENTS));
        asm.sub(PARTS, 1);
        asm.jump(Condition.NOT_EQUAL, nextPart);
        asm.pop(OUT);
        asm.pop(X);
        asm.add(X, ElementArgument.X_STRIDE.at(ARGUMENTS));
        asm.add(OUT, ElementArgument.OUT_STRIDE.at(ARGUMENTS));
        asm.add(Y, ElementArgument.Y_STRIDE.at(ARGUMENTS));
        asm.add(Z, ElementArgument.Z_STRIDE.at(ARGUMENTS));
        asm.sub(ROWS, 1);
        asm.jump(Condition.NOT_EQUAL, row);
        asm.bind(done);
        asm.pop(Z);
        asm.vzeroupper();
        asm.ret();
    }

    /// Goes along a part by [LaneCode#eachVector].
    void eachVector(int steps, LaneCode.Body body) {
        asm.mov(COUNT, COLUMNS);
        lanes.eachVector(OFFSET, COUNT, steps, body);
    }

    /// The vector of an operand that the body of [#eachVector] is at.
    Mem at(Gpr operand, int step) {
        return Mem.at(operand, OFFSET, 1, step * lanes.bytes());
    }
}
