package dev.lilla.kernel;

import static dev.lilla.kernel.BlockBytes.half;
import static dev.lilla.kernel.BlockBytes.unsigned;

/// Super-blocks of 256 elements: groups of 16 or 32 with small integer scales, scaled together (ggml's K-quants).
///
/// | type | bytes | layout | group | value |
/// | --- | --- | --- | --- | --- |
/// | Q2_K | 84 | 16 scales, 64 quants, d, dmin | 16 | `d*sc*q - dmin*min` |
/// | Q3_K | 110 | 32 high bits, 64 quants, 12 scales, d | 16 | `d*(sc-32)*(q-4)` |
/// | Q4_K | 144 | d, dmin, 12 scales, 128 quants | 32 | `d*sc*q - dmin*min` |
/// | Q5_K | 176 | d, dmin, 12 scales, 32 high bits, 128 quants | 32 | `d*sc*q - dmin*min` |
/// | Q6_K | 210 | 128 low nibbles, 64 high pairs, 16 scales, d | 16 | `d*sc*(q-32)` |
///
/// Two-bit quants: byte `32*h + i` of the 64 holds elements `128*h + i + 32*k` at bits `2*k`, k = 0..3. Nibbles of Q4_K
/// and Q5_K: byte `32*p + i` holds elements `64*p + i` and `64*p + 32 + i`.
final class SuperBlocks {
    static final int ELEMENTS = 256;

    private SuperBlocks() {}

    static void decodeQ2(byte[] block, int at, float[] target, int to) {
        float d = half(block, at + 80);
        float dmin = half(block, at + 82);
        for (int group = 0; group < 16; group++) {
            int packed = unsigned(block, at + group);
            float scale = d * (packed & 15);
            float min = dmin * (packed >> 4);
            int quants = at + 16 + twoBitByte(group);
            int shift = twoBitShift(group);
            for (int i = 0; i < 16; i++) {
                target[to + 16 * group + i] = scale * (block[quants + i] >> shift & 3) - min;
            }
        }
    }

    static void decodeQ3(byte[] block, int at, float[] target, int to) {
        float d = half(block, at + 108);
        for (int group = 0; group < 16; group++) {
            float scale = d * scaleQ3(block, at + 96, group);
            int quants = at + 32 + twoBitByte(group);
            int highs = at + group % 2 * 16;
            int shift = twoBitShift(group);
            for (int i = 0; i < 16; i++) {
                int high = block[highs + i] >> (group / 2) & 1;
                target[to + 16 * group + i] = scale * ((block[quants + i] >> shift & 3) + 4 * high - 4);
            }
        }
    }

    static void decodeQ4(byte[] block, int at, float[] target, int to) {
        float d = half(block, at);
        float dmin = half(block, at + 2);
        for (int group = 0; group < 8; group++) {
            float scale = d * scaleQ4(block, at + 4, group);
            float min = dmin * minQ4(block, at + 4, group);
            int quants = at + 16 + group / 2 * 32;
            int shift = group % 2 * 4;
            for (int i = 0; i < 32; i++) {
                target[to + 32 * group + i] = scale * (block[quants + i] >> shift & 15) - min;
            }
        }
    }

    static void decodeQ5(byte[] block, int at, float[] target, int to) {
        float d = half(block, at);
        float dmin = half(block, at + 2);
        for (int group = 0; group < 8; group++) {
            float scale = d * scaleQ4(block, at + 4, group);
            float min = dmin * minQ4(block, at + 4, group);
            int quants = at + 48 + group / 2 * 32;
            int shift = group % 2 * 4;
            for (int i = 0; i < 32; i++) {
                int high = block[at + 16 + i] >> group & 1;
                target[to + 32 * group + i] = scale * ((block[quants + i] >> shift & 15) + 16 * high) - min;
            }
        }
    }

    static void decodeQ6(byte[] block, int at, float[] target, int to) {
        float d = half(block, at + 208);
        for (int group = 0; group < 16; group++) {
            float scale = d * block[at + 192 + group];
            int half = group / 8;
            int lows = at + 64 * half + group % 4 * 16;
            int lowShift = group % 8 / 4 * 4;
            int highs = at + 128 + 32 * half + group % 2 * 16;
            int highShift = group % 8 / 2 * 2;
            for (int i = 0; i < 16; i++) {
                int quant = (block[lows + i] >> lowShift & 15) | (block[highs + i] >> highShift & 3) << 4;
                target[to + 16 * group + i] = scale * (quant - 32);
            }
        }
    }

    /// First byte, among 64 of two-bit quants, of a group of 16.
    static int twoBitByte(int group) {
        return group / 8 * 32 + group % 2 * 16;
    }

    /// Position of a group's two bits in its bytes.
    static int twoBitShift(int group) {
        return group % 8 / 2 * 2;
    }

    /// Q3_K: the signed 6-bit scale of one of 16 groups: low nibbles in 8 bytes, high pairs in the next 4.
    static int scaleQ3(byte[] block, int at, int group) {
        int low = block[at + group % 8] >> (group / 8 * 4) & 15;
        int high = block[at + 8 + group % 4] >> (group / 4 * 2) & 3;
        return (low | high << 4) - 32;
    }

    /// Q4_K and Q5_K: the 6-bit scale of one of 8 groups. Bytes 0-3 hold scales 0-3, bytes 4-7 mins 0-3, bytes 8-11 the
    /// low nibbles of scale and min 4-7, whose high pairs fill the top of bytes 0-7.
    static int scaleQ4(byte[] block, int at, int group) {
        return group < 4
                ? block[at + group] & 63
                : (block[at + group + 4] & 15) | (block[at + group - 4] >> 6 & 3) << 4;
    }

    /// The 6-bit minimum beside [#scaleQ4].
    static int minQ4(byte[] block, int at, int group) {
        return group < 4
                ? block[at + group + 4] & 63
                : (block[at + group + 4] >> 4 & 15) | (block[at + group] >> 6 & 3) << 4;
    }
}
