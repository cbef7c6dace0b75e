package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Gpr.RSI;

import java.util.ArrayList;
import java.util.List;

/// Generates what a machine's ceilings are measured with: kernels that do nothing but read, or nothing but multiply
/// (KERNELS.md 1 and 11).
public final class CeilingCode {
    private static final int LINE = 64;

    /// Lines of each stream in a turn of the loop.
    private static final int LINES = 4;

    /// Bytes of each stream that a turn of the loop reads.
    public static final int TURN_BYTES = LINES * LINE;

    /// Independent chains of additions: more than latency times units on any processor (4 x 2).
    private static final int CHAINS = 12;

    private static final int TILE_BYTES = 1024;

    private CeilingCode() {}

    /// A way to read memory.
    ///
    /// @param streams 1 or 2 that one thread reads at a time
    /// @param prefetchBytes how far ahead lines are fetched, or 0 for not
    /// @param isNear whether into the first-level cache, else into the second
    public record Reading(int streams, int prefetchBytes, boolean isNear) {
        /// Those of KERNELS.md 11, and further ahead, as Zen 5 wants it.
        public static List<Reading> all() {
            List<Reading> all = new ArrayList<>();
            for (int streams = 1; streams <= 2; streams++) {
                all.add(new Reading(streams, 0, true));
                for (int bytes : new int[] {512, 1024, 2048, 3072, 4096, 6144}) {
                    all.add(new Reading(streams, bytes, true));
                    all.add(new Reading(streams, bytes, false));
                }
            }
            return all;
        }

        @Override
        public String toString() {
            String ahead = prefetchBytes == 0 ? "no prefetch" : "t" + (isNear ? 0 : 1) + " + " + prefetchBytes + " B";
            return streams + (streams == 1 ? " stream, " : " streams, ") + ahead;
        }
    }

    /// A way to multiply.
    public enum Multiplying {
        /// f32 fused multiply-add, 2 operations a lane.
        FLOATS,
        /// Dot products of bytes (AVX-512 VNNI), 8 operations a lane.
        BYTES,
        /// Tiles of bf16 with both operands from the first-level cache (AMX), 4 loads and 4 products of 32 x 16 x 16.
        TILES;

        /// Operations of one turn of the loop.
        public long operations(Isa isa) {
            return switch (this) {
                case FLOATS -> 2L * CHAINS * isa.lanes();
                case BYTES -> 8L * CHAINS * isa.lanes();
                case TILES -> 4L * 2 * 16 * 16 * 32;
            };
        }
    }

    /// Arguments: address of the first stream, turns, address of the second.
    public static byte[] read(Isa isa, Reading reading) {
        Assembler asm = new Assembler();
        Label loop = new Label();
        asm.endbr64();
        asm.mov(RSI, Mem.at(RDI));
        asm.mov(RCX, Mem.at(RDI, 8));
        asm.mov(RDX, Mem.at(RDI, 16));
        asm.align(LINE);
        asm.bind(loop);
        for (Gpr stream : reading.streams() == 1 ? new Gpr[] {RSI} : new Gpr[] {RSI, RDX}) {
            for (int line = 0; line < LINES; line++) {
                prefetch(asm, reading, Mem.at(stream, reading.prefetchBytes() + line * LINE));
                for (int at = 0; at < LINE; at += isa.vectorBits() / 8) {
                    asm.vmovups(isa.vector(line), Mem.at(stream, line * LINE + at));
                }
            }
            asm.add(stream, TURN_BYTES);
        }
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, loop);
        asm.vzeroupper();
        asm.ret();
        return asm.finish();
    }

    private static void prefetch(Assembler asm, Reading reading, Mem ahead) {
        if (reading.prefetchBytes() == 0) {
            return;
        }
        if (reading.isNear()) {
            asm.prefetcht0(ahead);
        } else {
            asm.prefetcht1(ahead);
        }
    }

    /// Arguments: address of 4 KiB (for tiles: of the configuration, then four tiles from byte 1,024 on), turns.
    public static byte[] multiply(Isa isa, Multiplying kind) {
        Assembler asm = new Assembler();
        Label loop = new Label();
        asm.endbr64();
        asm.mov(RSI, Mem.at(RDI));
        asm.mov(RCX, Mem.at(RDI, 8));
        switch (kind) {
            case FLOATS, BYTES -> {
                for (int i = 0; i < CHAINS + 2; i++) {
                    asm.vmovups(isa.vector(i), Mem.at(RSI, i * LINE));
                }
            }
            case TILES -> {
                asm.ldtilecfg(Mem.at(RSI));
                asm.mov(RAX, LINE);
            }
        }
        asm.align(LINE);
        asm.bind(loop);
        turn(asm, isa, kind);
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, loop);
        if (kind == Multiplying.TILES) {
            asm.tilerelease();
        }
        asm.vzeroupper();
        asm.ret();
        return asm.finish();
    }

    private static void turn(Assembler asm, Isa isa, Multiplying kind) {
        Vec left = isa.vector(CHAINS);
        Vec right = isa.vector(CHAINS + 1);
        switch (kind) {
            case FLOATS -> {
                for (int i = 0; i < CHAINS; i++) {
                    asm.vfmadd231ps(isa.vector(i), left, right);
                }
            }
            case BYTES -> {
                for (int i = 0; i < CHAINS; i++) {
                    asm.vpdpbusd(isa.vector(i), left, right);
                }
            }
            case TILES -> {
                Tile[] operands = {Tile.TMM4, Tile.TMM5, Tile.TMM6, Tile.TMM7};
                for (int i = 0; i < operands.length; i++) {
                    asm.tileloadd(operands[i], Mem.at(RSI, RAX, 1, (i + 1) * TILE_BYTES));
                }
                asm.tdpbf16ps(Tile.TMM0, Tile.TMM4, Tile.TMM6);
                asm.tdpbf16ps(Tile.TMM1, Tile.TMM4, Tile.TMM7);
                asm.tdpbf16ps(Tile.TMM2, Tile.TMM5, Tile.TMM6);
                asm.tdpbf16ps(Tile.TMM3, Tile.TMM5, Tile.TMM7);
            }
        }
    }
}
