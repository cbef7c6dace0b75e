package dev.lilla.kernel.x64;

import org.jspecify.annotations.Nullable;

/// A place in memory: `[base + index * scale + displacement]`, or a constant of the kernel by its label.
///
/// @param vectorIndex the 32-bit indices of a gather, in the place of `index`
/// @param scale 1, 2, 4 or 8
/// @param isBroadcast whether one element serves all lanes (`{1to16}`)
/// @param mask lanes that are stored, or null for all
public record Mem(
        @Nullable Gpr base,
        @Nullable Gpr index,
        @Nullable Vec vectorIndex,
        int scale,
        int displacement,
        @Nullable Label label,
        boolean isBroadcast,
        @Nullable Mask mask)
        implements Operand {
    public Mem {
        if ((base == null) == (label == null)) {
            throw new IllegalArgumentException("an address has a base register or a label");
        }
        if (label != null && (index != null || vectorIndex != null)) {
            throw new IllegalArgumentException("a constant has no index");
        }
        if (index == Gpr.RSP) {
            throw new IllegalArgumentException("rsp cannot be an index");
        }
        if (index != null && vectorIndex != null) {
            throw new IllegalArgumentException("an address has one index");
        }
        if (scale != 1 && scale != 2 && scale != 4 && scale != 8) {
            throw new IllegalArgumentException("an index counts in 1, 2, 4 or 8 bytes, not in " + scale);
        }
    }

    public static Mem at(Gpr base) {
        return at(base, 0);
    }

    public static Mem at(Gpr base, int displacement) {
        return new Mem(base, null, null, 1, displacement, null, false, null);
    }

    public static Mem at(Gpr base, Gpr index, int scale, int displacement) {
        return new Mem(base, index, null, scale, displacement, null, false, null);
    }

    /// What stands at a label of the same code.
    public static Mem at(Label label) {
        return new Mem(null, null, null, 1, 0, label, false, null);
    }

    /// For gathers: lane `i` is at `base + indices[i] * scale + displacement`.
    public static Mem gather(Gpr base, Vec indices, int scale, int displacement) {
        return new Mem(base, null, indices, scale, displacement, null, false, null);
    }

    /// `bytes` further on.
    public Mem plus(int bytes) {
        return new Mem(base, index, vectorIndex, scale, Math.addExact(displacement, bytes), label, isBroadcast, mask);
    }

    /// One element, of 32 bits for most instructions, for all lanes; AVX-512 only.
    public Mem broadcast() {
        return new Mem(base, index, vectorIndex, scale, displacement, label, true, mask);
    }

    /// As a destination, of which only some lanes are stored; or a gather of some lanes.
    public Mem masked(Mask lanes) {
        return new Mem(base, index, vectorIndex, scale, displacement, label, isBroadcast, lanes);
    }
}
