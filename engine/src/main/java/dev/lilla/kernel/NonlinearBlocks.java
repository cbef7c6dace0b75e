package dev.lilla.kernel;

import static dev.lilla.kernel.BlockBytes.bits16;
import static dev.lilla.kernel.BlockBytes.half;
import static dev.lilla.kernel.BlockBytes.unsigned;

/// Blocks whose four-bit quants index a fixed table of 16 unevenly spaced levels (ggml's IQ4).
///
/// | type | bytes | layout | value |
/// | --- | --- | --- | --- |
/// | IQ4_NL | 18 | d, 16 x two nibbles | `d * level` |
/// | IQ4_XS | 136 | d, 8 high pairs, 8 low nibbles of scales, 8 x 16 x two nibbles | `d * (sc - 32) * level` |
final class NonlinearBlocks {
    /// ggml `kvalues_iq4nl`.
    static final byte[] LEVELS = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    private NonlinearBlocks() {}

    static void decodeSmall(byte[] block, int at, float[] target, int to) {
        decodeGroup(half(block, at), block, at + 2, target, to);
    }

    static void decodeSuper(byte[] block, int at, float[] target, int to) {
        float d = half(block, at);
        int highs = bits16(block, at + 2);
        for (int group = 0; group < 8; group++) {
            int low = block[at + 4 + group / 2] >> (group % 2 * 4) & 15;
            int scale = low | ((highs >> (2 * group)) & 3) << 4;
            decodeGroup(d * (scale - 32), block, at + 8 + 16 * group, target, to + 32 * group);
        }
    }

    private static void decodeGroup(float scale, byte[] block, int at, float[] target, int to) {
        for (int i = 0; i < 16; i++) {
            int pair = unsigned(block, at + i);
            target[to + i] = scale * LEVELS[pair & 15];
            target[to + i + 16] = scale * LEVELS[pair >> 4];
        }
    }
}
