package dev.lilla.kernel.x64;

import java.util.Set;

/// Which instructions add up products of bytes in vectors of 256 bits.
public enum ByteDots {
    /// Pairs to 16 bits, then pairs of these to 32 bits: every processor with AVX2.
    MULTIPLY_ADD,
    /// Fours to 32 bits at once, in AVX-VNNI's encoding (Intel Alder Lake 2021, AMD Zen 5 2024).
    AVX_VNNI,
    /// The same in AVX-512's encoding. No processor needs it, since those that have it run wider kernels: it
    /// lets them check all of AVX-VNNI's kernels but the encoding of one instruction.
    AVX512_VNNI;

    /// The best of a processor.
    public static ByteDots of(Set<CpuFeature> features) {
        return features.contains(CpuFeature.AVX_VNNI) ? AVX_VNNI : MULTIPLY_ADD;
    }
}
