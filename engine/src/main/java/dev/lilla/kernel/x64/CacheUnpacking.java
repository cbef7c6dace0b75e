package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.R10;
import static dev.lilla.kernel.x64.Gpr.R12;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.R9;
import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RBX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;

/// Unpacks the keys or values of a cache block, at R8, to f32 at R9. What is needed next, at RCX, is fetched
/// meanwhile, line by line as lines are read: a plane of 8 to 64 KiB ahead, which is time enough for memory and
/// still stays in the second-level cache.
final class CacheUnpacking {
    private static final int CACHE_LINE = 64;

    private final Assembler asm;
    private final AttentionShape shape;
    private final int vectorBytes;
    private final int lanes;

    CacheUnpacking(Assembler asm, AttentionShape shape) {
        this.asm = asm;
        this.shape = shape;
        this.vectorBytes = shape.vectorBytes();
        this.lanes = shape.lanes();
    }

    /// R8 becomes the address of the keys of the block at RBX, as f32 in [AttentionArguments#PANEL] or
    /// where they lie. If they are unpacked, the block's values are fetched meanwhile.
    void keysOfBlock(boolean unpacks) {
        asm.mov(R8, Mem.at(RBX));
        if (unpacks) {
            asm.lea(RCX, Mem.at(R8, shape.keyBytes()));
            asm.mov(R9, Mem.at(RDI, AttentionArguments.PANEL));
            keys();
            asm.mov(R8, Mem.at(RDI, AttentionArguments.PANEL));
        }
    }

    /// The same of its values; meanwhile the next block's keys are fetched.
    void valuesOfBlock(boolean unpacks) {
        asm.mov(R8, Mem.at(RBX));
        if (unpacks) {
            nextBlock(RCX);
            asm.add(R8, shape.keyBytes());
            asm.mov(R9, Mem.at(RDI, AttentionArguments.PANEL));
            values();
            asm.mov(R8, Mem.at(RDI, AttentionArguments.PANEL));
        } else {
            asm.add(R8, shape.keyBytes());
        }
    }

    /// The address of the block behind that at RBX, or of that one if R12 says that it is the last.
    void nextBlock(Gpr target) {
        Label last = new Label();
        asm.mov(target, Mem.at(RBX));
        asm.cmp(R12, 1);
        asm.jump(Condition.EQUAL, last);
        asm.mov(target, Mem.at(RBX, Long.BYTES));
        asm.bind(last);
    }

    private Vec vector(int number) {
        return shape.isa().vector(number);
    }

    /// To `[headDim][64]`.
    private void keys() {
        switch (shape.format()) {
            case F32 -> throw new IllegalStateException("f32 keys are used where they lie");
            case F16 -> halves(shape.headDim());
            case Q8_0 -> {
                int scales = AttentionShape.TOKENS * shape.headDim();
                asm.lea(RAX, Mem.at(R8, scales));
                for (int group = 0; group < shape.groups(); group++) {
                    quantizedKeys(Math.min(AttentionShape.GROUP, shape.headDim() - group * AttentionShape.GROUP));
                    asm.add(RAX, 2 * AttentionShape.TOKENS);
                }
            }
        }
    }

    /// To `[64][stride]`.
    private void values() {
        switch (shape.format()) {
            case F32 -> throw new IllegalStateException("f32 values are used where they lie");
            case F16 -> halves(shape.stride());
            case Q8_0 -> quantizedValues();
        }
    }

    /// Rows of 64 halves, 128 bytes.
    private void halves(int rows) {
        Label loop = new Label();
        asm.mov(R10, rows);
        asm.bind(loop);
        fetch(2 * AttentionShape.TOKENS);
        for (int i = 0; i < AttentionShape.TOKENS / lanes; i++) {
            asm.vcvtph2ps(vector(i), Mem.at(R8, i * lanes * 2));
        }
        for (int i = 0; i < AttentionShape.TOKENS / lanes; i++) {
            asm.vmovups(Mem.at(R9, i * vectorBytes), vector(i));
        }
        next(loop, 2 * AttentionShape.TOKENS, AttentionShape.SCORE_BYTES);
    }

    /// Rows of 64 bytes; the scales of the tokens are in registers 0 to 3 (7).
    private void quantizedKeys(int rows) {
        int vectors = AttentionShape.TOKENS / lanes;
        for (int i = 0; i < vectors; i++) {
            asm.vcvtph2ps(vector(i), Mem.at(RAX, i * lanes * 2));
        }
        Label loop = new Label();
        asm.mov(R10, rows);
        asm.bind(loop);
        fetch(AttentionShape.TOKENS);
        for (int i = 0; i < vectors; i++) {
            scaled(vector(8 + i % 4), i, vector(i));
        }
        next(loop, AttentionShape.TOKENS, AttentionShape.SCORE_BYTES);
    }

    private void quantizedValues() {
        asm.lea(RAX, Mem.at(R8, AttentionShape.TOKENS * shape.stride()));
        Label loop = new Label();
        asm.mov(R10, AttentionShape.TOKENS);
        asm.bind(loop);
        fetch(shape.stride());
        for (int i = 0; i < shape.stride() / lanes; i++) {
            int group = i * lanes / AttentionShape.GROUP;
            if (i * lanes % AttentionShape.GROUP == 0) {
                Vec halves = vector(0).as(shape.isa().vectorBits() / 2);
                asm.vpbroadcastw(halves, Mem.at(RAX, 2 * group));
                asm.vcvtph2ps(vector(0), halves);
            }
            scaled(vector(8 + i % 4), i, vector(0));
        }
        asm.add(RAX, 2 * shape.groups());
        next(loop, shape.stride(), shape.rowBytes());
    }

    private void scaled(Vec spare, int i, Vec scale) {
        asm.vpmovsxbd(spare, Mem.at(R8, i * lanes));
        asm.vcvtdq2ps(spare, spare);
        asm.vmulps(spare, spare, scale);
        asm.vmovups(Mem.at(R9, i * vectorBytes), spare);
    }

    private void fetch(int bytes) {
        for (int i = 0; i < bytes; i += CACHE_LINE) {
            asm.prefetcht0(Mem.at(RCX, i));
        }
        asm.add(RCX, bytes);
    }

    private void next(Label loop, int sourceBytes, int targetBytes) {
        asm.add(R8, sourceBytes);
        asm.add(R9, targetBytes);
        asm.sub(R10, 1);
        asm.jump(Condition.NOT_EQUAL, loop);
    }
}
