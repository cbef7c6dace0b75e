package dev.lilla.kernel.x64;

import dev.lilla.kernel.x64.CpuId.Leaf;
import dev.lilla.kernel.x64.CpuId.Register;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// What the processor offers and the operating system lets programs use, as the bits of CPUID and XGETBV say (Intel
/// SDM volume 1, chapters 14 to 18).
public enum CpuFeature {
    AVX2(State.AVX, Leaf.EXTENDED, Register.B, 5),
    FMA(State.AVX, Leaf.BASIC, Register.C, 12),
    F16C(State.AVX, Leaf.BASIC, Register.C, 29),
    BMI2(State.AVX, Leaf.EXTENDED, Register.B, 8),
    /// 256-bit VNNI in AVX's encoding.
    AVX_VNNI(State.AVX, Leaf.MORE_EXTENDED, Register.A, 4),
    AVX512F(State.AVX512, Leaf.EXTENDED, Register.B, 16),
    AVX512BW(State.AVX512, Leaf.EXTENDED, Register.B, 30),
    AVX512VL(State.AVX512, Leaf.EXTENDED, Register.B, 31),
    AVX512DQ(State.AVX512, Leaf.EXTENDED, Register.B, 17),
    AVX512_VBMI(State.AVX512, Leaf.EXTENDED, Register.C, 1),
    AVX512_VNNI(State.AVX512, Leaf.EXTENDED, Register.C, 11),
    AVX512_BF16(State.AVX512, Leaf.MORE_EXTENDED, Register.A, 5),
    AMX_TILE(State.AMX, Leaf.EXTENDED, Register.D, 24),
    AMX_INT8(State.AMX, Leaf.EXTENDED, Register.D, 25),
    AMX_BF16(State.AMX, Leaf.EXTENDED, Register.D, 22);

    private final State state;
    private final Leaf leaf;
    private final Register register;
    private final int bit;

    CpuFeature(State state, Leaf leaf, Register register, int bit) {
        this.state = state;
        this.leaf = leaf;
        this.register = register;
        this.bit = bit;
    }

    /// State that the operating system must keep for a program, by its components.
    private enum State {
        /// XMM and YMM.
        AVX(0x6),
        /// The same, masks and ZMM.
        AVX512(0xE6),
        /// Tiles.
        AMX(0x60000);

        private final long components;

        State(long components) {
            this.components = components;
        }
    }

    private static final class Detected {
        private static final Optional<Set<CpuFeature>> FEATURES =
                CpuId.ofThisMachine().map(CpuFeature::read);
    }

    /// What can be used in this program. Tiles are asked for here, once.
    ///
    /// @return empty where machine code cannot run at all: another processor or system, or no executable memory
    public static Optional<Set<CpuFeature>> ofThisMachine() {
        return Detected.FEATURES;
    }

    private static Set<CpuFeature> read(CpuId processor) {
        Set<CpuFeature> found = EnumSet.noneOf(CpuFeature.class);
        for (CpuFeature feature : values()) {
            long needed = feature.state.components;
            if ((processor.state() & needed) == needed && processor.has(feature.leaf, feature.register, feature.bit)) {
                found.add(feature);
            }
        }
        if (!found.contains(AMX_TILE) || !LinuxMemory.requestTiles()) {
            found.removeIf(feature -> feature.state == State.AMX);
        }
        return Set.copyOf(found);
    }
}
