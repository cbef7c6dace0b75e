package dev.lilla.kernel;

import static dev.lilla.kernel.BlockBytes.bits32;
import static dev.lilla.kernel.BlockBytes.half;
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
}
