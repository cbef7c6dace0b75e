package dev.lilla.kernel;

/// Rounding as ggml's quantizers do it.
final class Rounding {
    /// 1.5 * 2^23: adding it leaves the nearest integer, ties to even, in the low 23 bits of the sum.
    private static final float SHIFT = 12582912f;

    private Rounding() {}

    /// The nearest integer, ties to even, for |x| up to 2^22 - 1; 0 for NaN (ggml `nearest_int`).
    static int nearest(float x) {
        return (Float.floatToRawIntBits(x + SHIFT) & 0x7FFFFF) - 0x400000;
    }

    static int clamp(int value, int min, int max) {
        return Math.max(min, Math.min(max, value));
    }
}
