package dev.lilla.kernel.x64;

import org.jspecify.annotations.Nullable;

/// A vector register, seen at a width: `zmm5`, or `zmm5{k1}{z}` as a destination.
///
/// @param number 0 to 31; those from 16 on exist with AVX-512 only
/// @param bits 128, 256 or 512
/// @param mask lanes that are written, or null for all
/// @param isZeroing whether the other lanes become zero instead of staying
public record Vec(int number, int bits, @Nullable Mask mask, boolean isZeroing) implements Operand {
    public Vec {
        if (number < 0 || number > 31 || (bits != 128 && bits != 256 && bits != 512)) {
            throw new IllegalArgumentException("no vector register " + number + " of " + bits + " bits");
        }
        if (isZeroing && mask == null) {
            throw new IllegalArgumentException("lanes become zero by a mask");
        }
    }

    public static Vec xmm(int number) {
        return new Vec(number, 128, null, false);
    }

    public static Vec ymm(int number) {
        return new Vec(number, 256, null, false);
    }

    public static Vec zmm(int number) {
        return new Vec(number, 512, null, false);
    }

    /// The same register at another width.
    public Vec as(int width) {
        return new Vec(number, width, null, false);
    }

    public Vec xmm() {
        return as(128);
    }

    public Vec ymm() {
        return as(256);
    }

    /// As a destination whose other lanes stay: `zmm5{k1}`.
    public Vec masked(Mask lanes) {
        return new Vec(number, bits, lanes, false);
    }

    /// As a destination whose other lanes become zero: `zmm5{k1}{z}`.
    public Vec zeroed(Mask lanes) {
        return new Vec(number, bits, lanes, true);
    }

    int bytes() {
        return bits / 8;
    }
}
