package dev.lilla.kernel.x64;

/// Assembles machine code for x86-64: one method an instruction, named and with its operands in the order of the Intel
/// SDM. The choice between the encodings of AVX and AVX-512 follows from the operands.
///
/// ```
/// Assembler asm = new Assembler();
/// asm.bind(loop);
/// asm.vmovups(zmm(1), Mem.at(RSI));
/// asm.vfmadd231ps(zmm(0), zmm(1), Mem.at(RDX, 4).broadcast());
/// asm.add(RSI, 64);
/// asm.sub(RCX, 1);
/// asm.jump(NOT_EQUAL, loop);
/// ```
public final class Assembler extends IntegerInstructions {
    private static final int NO_PREFIX = 0;
    private static final int P66 = 1;
    private static final int F3 = 2;
    private static final int F2 = 3;

    /// Forgets the upper halves of all vector registers, so that later SSE code is not slowed down.
    public void vzeroupper() {
        emit(0xC5);
        emit(0xF8);
        emit(0x77);
    }

    public void kmovw(Mask target, Gpr source) {
        vexPlain(1, NO_PREFIX, 0, 0, 0x92, target.number(), 0, source.number());
    }

    public void kmovw(Gpr target, Mask source) {
        vexPlain(1, NO_PREFIX, 0, 0, 0x93, target.number(), 0, source.number());
    }

    public void kmovq(Mask target, Gpr source) {
        vexPlain(1, F2, 1, 0, 0x92, target.number(), 0, source.number());
    }

    /// All 16 lanes.
    public void kxnorw(Mask target, Mask left, Mask right) {
        vexPlain(1, NO_PREFIX, 0, 1, 0x46, target.number(), left.number(), right.number());
    }

    public void kandw(Mask target, Mask left, Mask right) {
        vexPlain(1, NO_PREFIX, 0, 1, 0x41, target.number(), left.number(), right.number());
    }

    /// Sets the shapes of all tiles from 64 bytes: palette 1, bytes a row from byte 16, rows from byte 48 on.
    public void ldtilecfg(Mem source) {
        vexMemory(NO_PREFIX, 0x49, 0, source);
    }

    /// Ends the use of tiles: their state is no longer kept.
    public void tilerelease() {
        emit(0xC4);
        emit(0xE2);
        emit(0x78);
        emit(0x49);
        emit(0xC0);
    }

    public void tilezero(Tile target) {
        emit(0xC4);
        emit(0xE2);
        emit(0x7B);
        emit(0x49);
        modRegister(target.number(), 0);
    }

    /// Rows from `[base + displacement]` on, the index register's bytes apart.
    public void tileloadd(Tile target, Mem source) {
        tileMemory(F2, target, source);
    }

    /// The same with the hint that the data is not soon used again.
    public void tileloaddt1(Tile target, Mem source) {
        tileMemory(P66, target, source);
    }

    public void tilestored(Mem target, Tile source) {
        tileMemory(F3, source, target);
    }

    private void tileMemory(int prefix, Tile tile, Mem mem) {
        if (mem.index() == null || mem.scale() != 1) {
            throw new IllegalArgumentException("a tile needs the distance of its rows in an index register: " + mem);
        }
        vexMemory(prefix, 0x4B, tile.number(), mem);
    }

    /// `target += left · right` with pairs of bf16: `left [m, 2k]`, `right [k, 2n]`, `target [m, n]` in f32.
    public void tdpbf16ps(Tile target, Tile left, Tile right) {
        tileProduct(F3, 0x5C, target, left, right);
    }

    /// The same with four signed bytes on both sides, to 32 bits.
    public void tdpbssd(Tile target, Tile left, Tile right) {
        tileProduct(F2, 0x5E, target, left, right);
    }

    private void tileProduct(int prefix, int opcode, Tile target, Tile left, Tile right) {
        if (target == left || target == right || left == right) {
            throw new IllegalArgumentException("a product needs three different tiles");
        }
        vexPlain(2, prefix, 0, 0, opcode, target.number(), right.number(), left.number());
    }
}
