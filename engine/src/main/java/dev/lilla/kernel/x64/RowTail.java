package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RAX;

/// Rows of `headDim` f32 that belong to others: nothing beside them is read or written. The last vector goes
/// through mask 1 (AVX-512) or the signs of register 15 (AVX2).
final class RowTail {
    private final Assembler asm;
    private final AttentionShape shape;
    private final int rest;

    RowTail(Assembler asm, AttentionShape shape) {
        this.asm = asm;
        this.shape = shape;
        this.rest = shape.headDim() % shape.lanes();
    }

    /// Loads the mask; RAX is lost.
    void prepare() {
        if (rest == 0) {
            return;
        }
        if (shape.isa().hasMasks()) {
            asm.mov(RAX, (1L << rest) - 1);
            asm.kmovw(Mask.K1, RAX);
        } else {
            int[] lanes = new int[shape.lanes()];
            for (int i = 0; i < rest; i++) {
                lanes[i] = -1;
            }
            asm.vmovups(signs(), asm.constants(lanes));
        }
    }

    private Vec signs() {
        return shape.isa().vector(15);
    }

    private boolean isWhole(int vector) {
        return (vector + 1) * shape.lanes() <= shape.headDim();
    }

    /// Loads vector `vector` of the row at `row`, zero behind its end.
    void load(Vec target, Gpr row, int vector) {
        Mem place = Mem.at(row, vector * shape.vectorBytes());
        if (isWhole(vector)) {
            asm.vmovups(target, place);
        } else if (shape.isa().hasMasks()) {
            asm.vmovups(target.zeroed(Mask.K1), place);
        } else {
            asm.vmaskmovps(target, signs(), place);
        }
    }

    void store(Gpr row, int vector, Vec source) {
        Mem place = Mem.at(row, vector * shape.vectorBytes());
        if (isWhole(vector)) {
            asm.vmovups(place, source);
        } else if (shape.isa().hasMasks()) {
            asm.vmovups(place.masked(Mask.K1), source);
        } else {
            asm.vmaskmovps(place, signs(), source);
        }
    }
}
