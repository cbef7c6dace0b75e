package dev.lilla.kernel;

import java.util.Arrays;

/// Puts levels and scales of [SuperBlocks] where they are stored. Levels count from 0.
final class SuperBlockPacker {
    private static final int ELEMENTS = SuperBlocks.ELEMENTS;

    private SuperBlockPacker() {}

    /// Two bits each, in 64 bytes.
    static void twoBits(byte[] levels, byte[] block, int at) {
        for (int i = 0; i < 64; i++) {
            int first = i / 32 * 128 + i % 32;
            block[at + i] = (byte)
                    (levels[first] | levels[first + 32] << 2 | levels[first + 64] << 4 | levels[first + 96] << 6);
        }
    }

    /// The third bit of levels 0 to 7, in 32 bytes; takes it off the levels.
    static void thirdBits(byte[] levels, byte[] block, int at) {
        Arrays.fill(block, at, at + 32, (byte) 0);
        for (int i = 0; i < ELEMENTS; i++) {
            if (levels[i] > 3) {
                block[at + i % 32] |= (byte) (1 << (i / 32));
                levels[i] = (byte) (levels[i] - 4);
            }
        }
    }

    /// The low four bits of each, in 128 bytes.
    static void nibbles(byte[] levels, byte[] block, int at) {
        for (int i = 0; i < 128; i++) {
            int first = i / 32 * 64 + i % 32;
            block[at + i] = (byte) ((levels[first] & 15) | (levels[first + 32] & 15) << 4);
        }
    }

    /// The fifth bit of each, in 32 bytes.
    static void fifthBits(byte[] levels, byte[] block, int at) {
        Arrays.fill(block, at, at + 32, (byte) 0);
        for (int i = 0; i < ELEMENTS; i++) {
            block[at + i % 32] |= (byte) (levels[i] >> 4 << (i / 32));
        }
    }

    /// Six bits each, in 128 bytes of low nibbles and 64 of high pairs.
    static void sixBits(byte[] levels, byte[] block, int at) {
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < 32; i++) {
                int first = levels[128 * half + i];
                int second = levels[128 * half + i + 32];
                int third = levels[128 * half + i + 64];
                int fourth = levels[128 * half + i + 96];
                block[at + 64 * half + i] = (byte) ((first & 15) | (third & 15) << 4);
                block[at + 64 * half + i + 32] = (byte) ((second & 15) | (fourth & 15) << 4);
                int highs = (first >> 4) | (second >> 4) << 2 | (third >> 4) << 4 | (fourth >> 4) << 6;
                block[at + 128 + 32 * half + i] = (byte) highs;
            }
        }
    }

    /// The inverse of [SuperBlocks#scaleQ3]: adds one of 16 scales, -32 to 31, to 12 zeroed bytes.
    static void scaleQ3(byte[] block, int at, int group, int scale) {
        block[at + group % 8] |= (byte) (((scale + 32) & 15) << (group / 8 * 4));
        block[at + 8 + group % 4] |= (byte) (((scale + 32) >> 4) << (group / 4 * 2));
    }

    /// The inverse of [SuperBlocks#scaleQ4]; groups in rising order, the later ones fill the top of earlier
    /// bytes.
    static void scaleQ4(byte[] block, int at, int group, int scale, int min) {
        if (group < 4) {
            block[at + group] = (byte) scale;
            block[at + group + 4] = (byte) min;
        } else {
            block[at + group + 4] = (byte) ((scale & 15) | (min & 15) << 4);
            block[at + group - 4] |= (byte) (scale >> 4 << 6);
            block[at + group] |= (byte) (min >> 4 << 6);
        }
    }
}
