package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RBX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Gpr.RSI;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// What the processor offers and the operating system lets programs use, asked by CPUID and XGETBV themselves (Intel
/// SDM volume 1, chapters 14 to 18).
public enum CpuFeature {
    AVX2,
    FMA,
    F16C,
    BMI2,
    /// 256-bit VNNI in AVX's encoding.
    AVX_VNNI,
    AVX512F,
    AVX512BW,
    AVX512VL,
    AVX512DQ,
    AVX512_VBMI,
    AVX512_VNNI,
    AVX512_BF16,
    AMX_TILE,
    AMX_INT8,
    AMX_BF16;

    /// State components that the operating system must keep for a program: XMM and YMM; masks and ZMM; tiles.
    private static final long AVX_STATE = 0x6;

    private static final long AVX512_STATE = 0xE6;
    private static final long AMX_STATE = 0x60000;

    /// Leaf 1 ECX bit 27: XGETBV can be used.
    private static final int OSXSAVE = 27;

    private static final class Detected {
        private static final Optional<Set<CpuFeature>> FEATURES = detect();
    }

    /// What can be used in this program. Tiles are asked for here, once.
    ///
    /// @return empty where machine code cannot run at all: another processor or system, or no executable memory
    public static Optional<Set<CpuFeature>> ofThisMachine() {
        return Detected.FEATURES;
    }

    private static Optional<Set<CpuFeature>> detect() {
        if (!LinuxMemory.isHere()) {
            return Optional.empty();
        }
        return CodeMemory.publish("cpuid", queryCode()).map(CpuFeature::read);
    }

    private static Set<CpuFeature> read(Kernel query) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(32, 8);
            // A processor without a leaf answers with what its last one holds.
            boolean isExtended = new Leaf(query, block, 0, 0).registers()[0] >= 7;
            Leaf basic = new Leaf(query, block, 1, 0);
            Leaf extended = isExtended ? new Leaf(query, block, 7, 0) : Leaf.NONE;
            Leaf more = extended.registers()[0] >= 1 ? new Leaf(query, block, 7, 1) : Leaf.NONE;
            boolean asksState = basic.has(2, OSXSAVE);
            long state = asksState ? state(query, block) : 0;
            Set<CpuFeature> found = EnumSet.noneOf(CpuFeature.class);
            if ((state & AVX_STATE) == AVX_STATE) {
                add(found, AVX2, extended.has(1, 5));
                add(found, FMA, basic.has(2, 12));
                add(found, F16C, basic.has(2, 29));
                add(found, BMI2, extended.has(1, 8));
                add(found, AVX_VNNI, more.has(0, 4));
            }
            if ((state & AVX512_STATE) == AVX512_STATE) {
                add(found, AVX512F, extended.has(1, 16));
                add(found, AVX512DQ, extended.has(1, 17));
                add(found, AVX512BW, extended.has(1, 30));
                add(found, AVX512VL, extended.has(1, 31));
                add(found, AVX512_VBMI, extended.has(2, 1));
                add(found, AVX512_VNNI, extended.has(2, 11));
                add(found, AVX512_BF16, more.has(0, 5));
            }
            boolean tiles = (state & AMX_STATE) == AMX_STATE && extended.has(3, 24);
            if (tiles && LinuxMemory.requestTiles()) {
                found.add(AMX_TILE);
                add(found, AMX_BF16, extended.has(3, 22));
                add(found, AMX_INT8, extended.has(3, 25));
            }
            return Set.copyOf(found);
        }
    }

    private static void add(Set<CpuFeature> found, CpuFeature feature, boolean isThere) {
        if (isThere) {
            found.add(feature);
        }
    }

    /// One answer of CPUID.
    ///
    /// @param registers eax, ebx, ecx, edx
    private record Leaf(int... registers) {
        static final Leaf NONE = new Leaf(0, 0, 0, 0);

        Leaf(Kernel query, MemorySegment block, int leaf, int subleaf) {
            this(ask(query, block, leaf, subleaf));
        }

        boolean has(int register, int bit) {
            return (registers[register] >> bit & 1) != 0;
        }
    }

    private static int[] ask(Kernel query, MemorySegment block, int leaf, int subleaf) {
        block.set(ValueLayout.JAVA_INT, 0, leaf);
        block.set(ValueLayout.JAVA_INT, 4, subleaf);
        query.call(block.address());
        return block.asSlice(8, 16).toArray(ValueLayout.JAVA_INT);
    }

    private static long state(Kernel query, MemorySegment block) {
        block.set(ValueLayout.JAVA_INT, 0, -1);
        query.call(block.address());
        return block.get(ValueLayout.JAVA_INT, 8);
    }

    /// Arguments `{i32 leaf, i32 subleaf, i32 eax, ebx, ecx, edx}`; leaf -1 asks XGETBV for register 0.
    private static byte[] queryCode() {
        Assembler asm = new Assembler();
        Label state = new Label();
        Label done = new Label();
        asm.endbr64();
        asm.push(RBX);
        asm.mov(RSI, RDI);
        asm.mov32(RAX, Mem.at(RSI));
        asm.mov32(RCX, Mem.at(RSI, 4));
        asm.mov(RDX, 0xFFFFFFFFL);
        asm.cmp(RAX, RDX);
        asm.jump(Condition.EQUAL, state);
        asm.cpuid();
        asm.jmp(done);
        asm.bind(state);
        asm.mov(RCX, 0);
        asm.mov(RBX, 0);
        asm.xgetbv();
        asm.bind(done);
        asm.mov32(Mem.at(RSI, 8), RAX);
        asm.mov32(Mem.at(RSI, 12), RBX);
        asm.mov32(Mem.at(RSI, 16), RCX);
        asm.mov32(Mem.at(RSI, 20), RDX);
        asm.pop(RBX);
        asm.ret();
        return asm.finish();
    }
}
