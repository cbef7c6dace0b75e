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
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
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

    private final Answer identity;
    private final Map<Leaf, Answer> leaves = new EnumMap<>(Leaf.class);
    private final long state;

    private CpuId(Kernel query) {
        identity = ask(query, 0, 0);
        // A processor without a leaf would answer with what its last one holds.
        Answer extended = identity.a() >= 7 ? ask(query, 7, 0) : Answer.NONE;
        leaves.put(Leaf.BASIC, ask(query, 1, 0));
        leaves.put(Leaf.EXTENDED, extended);
        leaves.put(Leaf.MORE_EXTENDED, extended.a() >= 1 ? ask(query, 7, 1) : Answer.NONE);
        state = has(Leaf.BASIC, Register.C, OSXSAVE) ? ask(query, -1, 0).a() : 0;
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

    /// What is asked for.
    enum Leaf {
        /// Leaf 1.
        BASIC,
        /// Leaf 7.
        EXTENDED,
        /// Subleaf 1 of leaf 7.
        MORE_EXTENDED
    }

    private record Answer(int a, int b, int c, int d) {
        static final Answer NONE = new Answer(0, 0, 0, 0);

        int get(Register register) {
            return switch (register) {
                case A -> a;
                case B -> b;
                case C -> c;
                case D -> d;
            };
        }
    }

    /// @return whether the bit is set; no bit is, of a leaf that the processor has not
    boolean has(Leaf leaf, Register register, int bit) {
        return (answer(leaf).get(register) >> bit & 1) != 0;
    }

    private Answer answer(Leaf leaf) {
        return Objects.requireNonNull(leaves.get(leaf));
    }

    /// The state that the operating system keeps for a program, a bit for each component.
    long state() {
        return state;
    }

    /// Of AMD's processors, 0 of others: 25 is Zen 3 and Zen 4, 26 is Zen 5.
    int amdFamily() {
        ByteBuffer vendor = ByteBuffer.allocate(AMD.length()).order(ByteOrder.LITTLE_ENDIAN);
        vendor.putInt(identity.b()).putInt(identity.d()).putInt(identity.c());
        if (!new String(vendor.array(), StandardCharsets.US_ASCII).equals(AMD)) {
            return 0;
        }
        int version = answer(Leaf.BASIC).a();
        int family = version >> 8 & 0xF;
        return family == EXTENDED_FAMILY ? family + (version >> 20 & 0xFF) : family;
    }

    private static Answer ask(Kernel query, int leaf, int subleaf) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(24, 8);
            block.set(ValueLayout.JAVA_INT, 0, leaf);
            block.set(ValueLayout.JAVA_INT, 4, subleaf);
            query.call(block.address());
            int[] answer = block.asSlice(8, 16).toArray(ValueLayout.JAVA_INT);
            return new Answer(answer[0], answer[1], answer[2], answer[3]);
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
