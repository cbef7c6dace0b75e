package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.AttentionArguments.OTHERS;
import static dev.lilla.kernel.x64.AttentionArguments.RECORDS;
import static dev.lilla.kernel.x64.AttentionArguments.RECORD_BYTES;
import static dev.lilla.kernel.x64.AttentionArguments.RECORD_OUT;
import static dev.lilla.kernel.x64.AttentionArguments.ROWS;
import static dev.lilla.kernel.x64.AttentionArguments.STATES;
import static dev.lilla.kernel.x64.Gpr.R11;
import static dev.lilla.kernel.x64.Gpr.R14;
import static dev.lilla.kernel.x64.Gpr.R15;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RDI;

/// What follows [AttentionCode]: the partial results of two runs of keys merged into one, and the end, where the
/// sums of values are divided by the sum of weights.
public final class AttentionMergeCode {
    private final Assembler asm = new Assembler();
    private final AttentionShape shape;
    private final Isa isa;

    private AttentionMergeCode(AttentionShape shape) {
        this.shape = shape;
        this.isa = shape.isa();
    }

    /// Code that merges [AttentionArguments#OTHERS] into [AttentionArguments#STATES]:
    ///
    /// ```
    /// maximum' = max(maximum, other maximum)
    /// f = 2^(maximum - maximum')     g = 2^(other maximum - maximum')
    /// sum' = sum * f + other sum * g, for the weights and each value
    /// ```
    ///
    /// A partial result without keys (the lowest number as maximum, no sums) changes nothing: f is 1, and 0 is
    /// added.
    public static byte[] merge(AttentionShape shape) {
        AttentionMergeCode code = new AttentionMergeCode(shape);
        code.emitMerge();
        return code.asm.finish();
    }

    /// Code that writes [AttentionArguments#STATES] to the outputs of the records.
    public static byte[] finish(AttentionShape shape) {
        AttentionMergeCode code = new AttentionMergeCode(shape);
        code.emitFinish();
        return code.asm.finish();
    }

    private Vec vector(int number) {
        return isa.vector(number);
    }

    private void emitMerge() {
        PowerOfTwo power = new PowerOfTwo(asm, isa, isa.hasMasks() ? 16 : 14);
        Label loop = new Label();
        Vec first = vector(0);
        Vec second = vector(1);
        Vec maximum = vector(2);
        int maximumAt = shape.rowBytes() + AttentionShape.STATE_VECTORS / 2;
        asm.endbr64();
        asm.mov(R11, Mem.at(RDI, STATES));
        asm.mov(R8, Mem.at(RDI, OTHERS));
        asm.mov(RAX, Mem.at(RDI, ROWS));
        power.prepare();
        asm.bind(loop);
        asm.vmovups(first, Mem.at(R11, maximumAt));
        asm.vmovups(second, Mem.at(R8, maximumAt));
        asm.vmaxps(maximum, first, second);
        asm.vmovups(Mem.at(R11, maximumAt), maximum);
        asm.vsubps(vector(3), first, maximum);
        power.compute(first, vector(3), vector(4));
        asm.vsubps(vector(3), second, maximum);
        power.compute(second, vector(3), vector(4));
        // The sums of weights lie behind those of values.
        for (int at = 0; at < shape.rowBytes() + shape.vectorBytes(); at += shape.vectorBytes()) {
            asm.vmulps(vector(3), first, Mem.at(R11, at));
            asm.vfmadd231ps(vector(3), second, Mem.at(R8, at));
            asm.vmovups(Mem.at(R11, at), vector(3));
        }
        asm.add(R11, shape.stateBytes());
        asm.add(R8, shape.stateBytes());
        asm.sub(RAX, 1);
        asm.jump(Condition.NOT_EQUAL, loop);
        asm.vzeroupper();
        asm.ret();
    }

    private void emitFinish() {
        RowTail tail = new RowTail(asm, shape);
        Label loop = new Label();
        Vec total = vector(0);
        Vec spare = vector(1);
        asm.endbr64();
        asm.push(R14);
        asm.push(R15);
        tail.prepare();
        asm.mov(R11, Mem.at(RDI, STATES));
        asm.mov(R14, Mem.at(RDI, RECORDS));
        asm.mov(R15, Mem.at(RDI, ROWS));
        asm.vbroadcastss(vector(2), asm.constant(1f));
        asm.vpxor(vector(3), vector(3), vector(3));
        asm.bind(loop);
        asm.vmovups(total, Mem.at(R11, shape.rowBytes()));
        if (isa.hasMasks()) {
            asm.vshuff32x4(spare, total, total, 0x4E);
            asm.vaddps(total, total, spare);
            asm.vshuff32x4(spare, total, total, 0xB1);
        } else {
            asm.vperm2f128(spare, total, total, 1);
        }
        asm.vaddps(total, total, spare);
        asm.vshufps(spare, total, total, 0x4E);
        asm.vaddps(total, total, spare);
        asm.vshufps(spare, total, total, 0xB1);
        asm.vaddps(total, total, spare);
        asm.vdivps(total, vector(2), total);
        asm.mov(RAX, Mem.at(R14, RECORD_OUT));
        for (int i = 0; i * shape.lanes() < shape.headDim(); i++) {
            // Added to zero: whether a sum that vanished is 0 or -0 depends on how many blocks passed it by.
            asm.vmovups(spare, total);
            asm.vfmadd132ps(spare, vector(3), Mem.at(R11, i * shape.vectorBytes()));
            tail.store(RAX, i, spare);
        }
        asm.add(R11, shape.stateBytes());
        asm.add(R14, RECORD_BYTES);
        asm.sub(R15, 1);
        asm.jump(Condition.NOT_EQUAL, loop);
        asm.vzeroupper();
        asm.pop(R15);
        asm.pop(R14);
        asm.ret();
    }
}
