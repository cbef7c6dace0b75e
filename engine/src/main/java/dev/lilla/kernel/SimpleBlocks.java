package dev.lilla.kernel;

import static dev.lilla.kernel.BlockBytes.bits32;
import static dev.lilla.kernel.BlockBytes.half;
import static dev.lilla.kernel.BlockBytes.putBits32;
import static dev.lilla.kernel.BlockBytes.putHalf;
import static dev.lilla.kernel.BlockBytes.unsigned;

/// Blocks of 32 elements with one scale `d`, and an offset `m` in the affine types (ggml `block_q4_0` and its kin).
///
/// | type | bytes | layout | value |
/// | --- | --- | --- | --- |
/// | Q4_0 | 18 | d, 16 x two nibbles | `(q - 8) * d` |
/// | Q4_1 | 20 | d, m, 16 x two nibbles | `q * d + m` |
/// | Q5_0 | 22 | d, 32 fifth bits, 16 x two nibbles | `(q - 16) * d` |
/// | Q5_1 | 24 | d, m, 32 fifth bits, 16 x two nibbles | `q * d + m` |
/// | Q8_0 | 34 | d, 32 signed bytes | `q * d` |
///
/// Byte `i` of the nibbles holds element `i` below and element `i + 16` above; bit `i` of the fifth bits is element
/// `i`'s. `d` and `m` are halves.
final class SimpleBlocks {
    private static final int HALF = 16;

    private SimpleBlocks() {}

    static void decodeQ4Symmetric(byte[] block, int at, float[] target, int to) {
        float d = half(block, at);
        for (int i = 0; i < HALF; i++) {
            int pair = unsigned(block, at + 2 + i);
            target[to + i] = ((pair & 15) - 8) * d;
            target[to + i + HALF] = ((pair >> 4) - 8) * d;
        }
    }

    static void decodeQ4Affine(byte[] block, int at, float[] target, int to) {
        float d = half(block, at);
        float m = half(block, at + 2);
        for (int i = 0; i < HALF; i++) {
            int pair = unsigned(block, at + 4 + i);
            target[to + i] = (pair & 15) * d + m;
            target[to + i + HALF] = (pair >> 4) * d + m;
        }
    }

    static void decodeQ5Symmetric(byte[] block, int at, float[] target, int to) {
        float d = half(block, at);
        int fifths = bits32(block, at + 2);
        for (int i = 0; i < HALF; i++) {
            int pair = unsigned(block, at + 6 + i);
            target[to + i] = (((pair & 15) | (fifths >> i & 1) << 4) - 16) * d;
            target[to + i + HALF] = (((pair >> 4) | (fifths >> (i + HALF) & 1) << 4) - 16) * d;
        }
    }

    static void decodeQ5Affine(byte[] block, int at, float[] target, int to) {
        float d = half(block, at);
        float m = half(block, at + 2);
        int fifths = bits32(block, at + 4);
        for (int i = 0; i < HALF; i++) {
            int pair = unsigned(block, at + 8 + i);
            target[to + i] = ((pair & 15) | (fifths >> i & 1) << 4) * d + m;
            target[to + i + HALF] = ((pair >> 4) | (fifths >> (i + HALF) & 1) << 4) * d + m;
        }
    }

    static void decodeQ8(byte[] block, int at, float[] target, int to) {
        float d = half(block, at);
        for (int i = 0; i < 2 * HALF; i++) {
            target[to + i] = block[at + 2 + i] * d;
        }
    }

    static void encodeQ4Symmetric(float[] values, int from, byte[] block, int at) {
        float d = farthest(values, from) / -8;
        float inverse = inverse(d);
        putHalf(block, at, d);
        for (int i = 0; i < HALF; i++) {
            int low = Math.min(15, (byte) (values[from + i] * inverse + 8.5f));
            int high = Math.min(15, (byte) (values[from + i + HALF] * inverse + 8.5f));
            block[at + 2 + i] = (byte) (low | high << 4);
        }
    }

    static void encodeQ4Affine(float[] values, int from, byte[] block, int at) {
        float min = least(values, from);
        float d = (greatest(values, from) - min) / 15;
        float inverse = inverse(d);
        putHalf(block, at, d);
        putHalf(block, at + 2, min);
        for (int i = 0; i < HALF; i++) {
            int low = Math.min(15, (byte) ((values[from + i] - min) * inverse + 0.5f));
            int high = Math.min(15, (byte) ((values[from + i + HALF] - min) * inverse + 0.5f));
            block[at + 4 + i] = (byte) (low | high << 4);
        }
    }

    static void encodeQ5Symmetric(float[] values, int from, byte[] block, int at) {
        float d = farthest(values, from) / -16;
        float inverse = inverse(d);
        putHalf(block, at, d);
        int fifths = 0;
        for (int i = 0; i < HALF; i++) {
            int low = Math.min(31, (byte) (values[from + i] * inverse + 16.5f));
            int high = Math.min(31, (byte) (values[from + i + HALF] * inverse + 16.5f));
            block[at + 6 + i] = (byte) ((low & 15) | (high & 15) << 4);
            fifths |= (low >> 4 & 1) << i | (high >> 4 & 1) << (i + HALF);
        }
        putBits32(block, at + 2, fifths);
    }

    static void encodeQ5Affine(float[] values, int from, byte[] block, int at) {
        float min = least(values, from);
        float d = (greatest(values, from) - min) / 31;
        float inverse = inverse(d);
        putHalf(block, at, d);
        putHalf(block, at + 2, min);
        int fifths = 0;
        for (int i = 0; i < HALF; i++) {
            int low = (byte) ((values[from + i] - min) * inverse + 0.5f);
            int high = (byte) ((values[from + i + HALF] - min) * inverse + 0.5f);
            block[at + 8 + i] = (byte) ((low & 15) | (high & 15) << 4);
            fifths |= (low >> 4 & 1) << i | (high >> 4 & 1) << (i + HALF);
        }
        putBits32(block, at + 4, fifths);
    }

    static void encodeQ8(float[] values, int from, byte[] block, int at) {
        float d = Math.abs(farthest(values, from)) / 127;
        float inverse = inverse(d);
        putHalf(block, at, d);
        for (int i = 0; i < 2 * HALF; i++) {
            float quant = values[from + i] * inverse;
            // Half away from zero; the sum is exact in double precision.
            block[at + 2 + i] = (byte) (int) (quant + Math.copySign(0.5, quant));
        }
    }

    /// The value farthest from zero, the first of equals; 0 among NaNs.
    private static float farthest(float[] values, int from) {
        float farthest = 0;
        for (int i = from; i < from + 2 * HALF; i++) {
            if (Math.abs(farthest) < Math.abs(values[i])) {
                farthest = values[i];
            }
        }
        return farthest;
    }

    private static float least(float[] values, int from) {
        float least = Float.MAX_VALUE;
        for (int i = from; i < from + 2 * HALF; i++) {
            if (values[i] < least) {
                least = values[i];
            }
        }
        return least;
    }

    private static float greatest(float[] values, int from) {
        float greatest = -Float.MAX_VALUE;
        for (int i = from; i < from + 2 * HALF; i++) {
            if (values[i] > greatest) {
                greatest = values[i];
            }
        }
        return greatest;
    }

    private static float inverse(float d) {
        return d == 0 ? 0 : 1 / d;
    }
}
