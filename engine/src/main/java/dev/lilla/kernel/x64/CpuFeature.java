package dev.lilla.kernel.x64;

import dev.lilla.kernel.x64.CpuId.Register;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// What the processor offers and the operating system lets programs use, as the bits of CPUID and XGETBV say (Intel
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
        CpuId.Leaf basic = processor.basic();
        CpuId.Leaf extended = processor.extended();
        CpuId.Leaf more = processor.moreExtended();
        long state = processor.state();
        Set<CpuFeature> found = EnumSet.noneOf(CpuFeature.class);
        if ((state & AVX_STATE) == AVX_STATE) {
            add(found, AVX2, extended.has(Register.B, 5));
            add(found, FMA, basic.has(Register.C, 12));
            add(found, F16C, basic.has(Register.C, 29));
            add(found, BMI2, extended.has(Register.B, 8));
            add(found, AVX_VNNI, more.has(Register.A, 4));
        }
        if ((state & AVX512_STATE) == AVX512_STATE) {
            add(found, AVX512F, extended.has(Register.B, 16));
            add(found, AVX512DQ, extended.has(Register.B, 17));
            add(found, AVX512BW, extended.has(Register.B, 30));
            add(found, AVX512VL, extended.has(Register.B, 31));
            add(found, AVX512_VBMI, extended.has(Register.C, 1));
            add(found, AVX512_VNNI, extended.has(Register.C, 11));
            add(found, AVX512_BF16, more.has(Register.A, 5));
        }
        boolean tiles = (state & AMX_STATE) == AMX_STATE && extended.has(Register.D, 24);
        if (tiles && LinuxMemory.requestTiles()) {
            found.add(AMX_TILE);
            add(found, AMX_BF16, extended.has(Register.D, 22));
            add(found, AMX_INT8, extended.has(Register.D, 25));
        }
        return Set.copyOf(found);
    }

    private static void add(Set<CpuFeature> found, CpuFeature feature, boolean isThere) {
        if (isThere) {
            found.add(feature);
        }
    }
}
