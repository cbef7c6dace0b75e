package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.CpuFeature.AMX_BF16;
import static dev.lilla.kernel.x64.CpuFeature.AMX_TILE;
import static dev.lilla.kernel.x64.CpuFeature.AVX512BW;
import static dev.lilla.kernel.x64.CpuFeature.AVX512DQ;
import static dev.lilla.kernel.x64.CpuFeature.AVX512F;
import static dev.lilla.kernel.x64.CpuFeature.AVX512VL;
import static dev.lilla.kernel.x64.CpuFeature.AVX512_BF16;
import static dev.lilla.kernel.x64.CpuFeature.AVX512_VNNI;
import static dev.lilla.kernel.x64.CpuFeature.BMI2;
import static dev.lilla.kernel.x64.CpuFeature.F16C;
import static dev.lilla.kernel.x64.CpuFeature.FMA;

import java.util.EnumSet;
import java.util.Set;

/// A level of instructions that kernels are generated for; each has what those before it have.
public enum Isa {
    /// 256 bits, 16 registers, no masks (Intel Haswell 2013, AMD Zen 2017).
    AVX2(256, Set.of(CpuFeature.AVX2, FMA, F16C, BMI2)),
    /// 512 bits, 32 registers, masks, dot products of bytes (Intel Ice Lake 2019, AMD Zen 4 2022).
    AVX512(512, Set.of(AVX512F, AVX512BW, AVX512VL, AVX512DQ, AVX512_VNNI)),
    /// The same with tiles of bf16 (Intel Sapphire Rapids 2023).
    AMX(512, Set.of(AMX_TILE, AMX_BF16, AVX512_BF16));

    private final int vectorBits;

    @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
    private final Set<CpuFeature> needs;

    Isa(int vectorBits, Set<CpuFeature> needs) {
        this.vectorBits = vectorBits;
        this.needs = needs;
    }

    public int vectorBits() {
        return vectorBits;
    }

    /// f32 lanes of a vector.
    public int lanes() {
        return vectorBits / 32;
    }

    /// Whether there are masks and 32 registers.
    public boolean hasMasks() {
        return this != AVX2;
    }

    /// A register at this level's width.
    public Vec vector(int number) {
        return new Vec(number, vectorBits, null, false);
    }

    /// What of this level and those before it a processor lacks; empty if kernels of this level run on it.
    public Set<CpuFeature> missing(Set<CpuFeature> features) {
        Set<CpuFeature> missing = EnumSet.noneOf(CpuFeature.class);
        for (Isa isa : values()) {
            if (isa.compareTo(this) <= 0) {
                missing.addAll(isa.needs);
            }
        }
        missing.removeAll(features);
        return missing;
    }
}
