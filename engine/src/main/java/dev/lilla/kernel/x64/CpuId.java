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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What the processor says of itself, asked by CPUID and XGETBV (Intel SDM volume 2, AMD64 manual volume 3).
final class CpuId {
    private static final String AMD = "AuthenticAMD";

    /// Leaf 1 ECX bit 27: XGETBV can be used.
    private static final int OSXSAVE = 27;

    /// The family that says that the extended one is to be added.
    private static final int EXTENDED_FAMILY = 15;

    private static final class Detected {
        private static final Optional<CpuId> THIS =
                LinuxMemory.isHere() ? CodeMemory.publish("cpuid", queryCode()).map(CpuId::new) : Optional.empty();
    }

    private final Kernel query;
    private final Leaf identity;
    private final Leaf basic;

    private CpuId(Kernel query) {
        this.query = query;
        this.identity = ask(0, 0);
        this.basic = ask(1, 0);
    }

    /// @return empty where machine code cannot run at all: another processor or system, or no executable memory
    static Optional<CpuId> ofThisMachine() {
        return Detected.THIS;
    }

    /// Where an answer has its bits: eax to edx.
    enum Register {
        A,
        B,
        C,
        D
    }

    /// One answer of CPUID.
    record Leaf(int a, int b, int c, int d) {
        private static final Leaf NONE = new Leaf(0, 0, 0, 0);

        int get(Register register) {
            return switch (register) {
                case A -> a;
                case B -> b;
                case C -> c;
                case D -> d;
            };
        }

        boolean has(Register register, int bit) {
            return (get(register) >> bit & 1) != 0;
        }
    }

    /// Leaf 1.
    Leaf basic() {
        return basic;
    }

    /// Leaf 7, 0 where the processor has none: it would answer with what its last leaf holds.
    Leaf extended() {
        return identity.a() >= 7 ? ask(7, 0) : Leaf.NONE;
    }

    /// Subleaf 1 of leaf 7, 0 where the processor has none.
    Leaf moreExtended() {
        return extended().a() >= 1 ? ask(7, 1) : Leaf.NONE;
    }

    /// The state that the operating system keeps for a program, a bit for each component.
    long state() {
        return basic.has(Register.C, OSXSAVE) ? ask(-1, 0).a() : 0;
    }

    /// Of AMD's processors, 0 of others: 25 is Zen 3 and Zen 4, 26 is Zen 5.
    int amdFamily() {
        ByteBuffer vendor = ByteBuffer.allocate(AMD.length()).order(ByteOrder.LITTLE_ENDIAN);
        vendor.putInt(identity.b()).putInt(identity.d()).putInt(identity.c());
        if (!new String(vendor.array(), StandardCharsets.US_ASCII).equals(AMD)) {
            return 0;
        }
        int family = basic.a() >> 8 & 0xF;
        return family == EXTENDED_FAMILY ? family + (basic.a() >> 20 & 0xFF) : family;
    }

    private Leaf ask(int leaf, int subleaf) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(24, 8);
            block.set(ValueLayout.JAVA_INT, 0, leaf);
            block.set(ValueLayout.JAVA_INT, 4, subleaf);
            query.call(block.address());
            int[] answer = block.asSlice(8, 16).toArray(ValueLayout.JAVA_INT);
            return new Leaf(answer[0], answer[1], answer[2], answer[3]);
        }
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
