package dev.lilla.kernel;

import static dev.lilla.kernel.BlockBytes.bits16;
import static dev.lilla.kernel.BlockBytes.half;
import static dev.lilla.kernel.BlockBytes.putBits16;
import static dev.lilla.kernel.BlockBytes.putHalf;
import static dev.lilla.kernel.BlockBytes.unsigned;

import dev.lilla.kernel.x64.PanelCodes;

/// Blocks whose four-bit quants index a fixed table of 16 unevenly spaced levels (ggml's IQ4).
///
/// | type | bytes | layout | value |
/// | --- | --- | --- | --- |
/// | IQ4_NL | 18 | d, 16 x two nibbles | `d * level` |
/// | IQ4_XS | 136 | d, 8 high pairs, 8 low nibbles of scales, 8 x 16 x two nibbles | `d * (sc - 32) * level` |
final class NonlinearBlocks {
    static final byte[] LEVELS = levels();

    /// Scales tried on either side of the first guess, in levels.
    private static final int TRIES = 7;

    /// Groups whose values are all closer to zero than this are stored as zero.
    private static final float SMALLEST = 1e-15f;

    /// Levels of the super-block being encoded, and the scales of its groups.
    private final byte[] indices = new byte[SuperBlocks.ELEMENTS];

    private final float[] scales = new float[8];

    private static byte[] levels() {
        byte[] levels = new byte[PanelCodes.levels().size()];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = PanelCodes.levels().get(i).byteValue();
        }
        return levels;
    }

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

    static void encodeSmall(float[] values, int from, byte[] block, int at) {
        float scale = bestScale(values, from);
        putHalf(block, at, scale);
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = 0; i < 16; i++) {
            int low = nearestLevel(inverse * values[from + i]);
            int high = nearestLevel(inverse * values[from + i + 16]);
            block[at + 2 + i] = (byte) (low | high << 4);
        }
    }

    /// Not static as its siblings: 8 scales are kept until the largest is known.
    void encodeSuper(float[] values, int from, byte[] block, int at) {
        float largest = 0;
        for (int group = 0; group < 8; group++) {
            scales[group] = bestScale(values, from + 32 * group);
            if (Math.abs(scales[group]) > Math.abs(largest)) {
                largest = scales[group];
            }
        }
        float d = -largest / 32;
        putHalf(block, at, d);
        float inverse = d == 0 ? 0 : 1 / d;
        int highs = 0;
        for (int group = 0; group < 8; group++) {
            int scale = Rounding.clamp(Rounding.nearest(inverse * scales[group]), -32, 31);
            encodeGroup(values, from + 32 * group, d * scale, group);
            int low = (scale + 32) & 15;
            block[at + 4 + group / 2] = (byte) (group % 2 == 0 ? low : block[at + 4 + group / 2] | low << 4);
            highs |= ((scale + 32) >> 4) << (2 * group);
        }
        putBits16(block, at + 2, highs);
        for (int i = 0; i < 128; i++) {
            int first = i / 16 * 32 + i % 16;
            block[at + 8 + i] = (byte) (indices[first] | indices[first + 16] << 4);
        }
    }

    private void encodeGroup(float[] values, int from, float scale, int group) {
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = 0; i < 32; i++) {
            indices[32 * group + i] = (byte) nearestLevel(inverse * values[from + i]);
        }
    }

    /// The scale with the least squared error weighted by the squared values, among those that map the
    /// value farthest from zero to 127 and to -127 minus [#TRIES] to plus [#TRIES].
    private static float bestScale(float[] values, int from) {
        float farthest = 0;
        for (int i = from; i < from + 32; i++) {
            if (Math.abs(values[i]) > Math.abs(farthest)) {
                farthest = values[i];
            }
        }
        if (Math.abs(farthest) < SMALLEST) {
            return 0;
        }
        Correlation correlation = correlation(values, from, 1 / (-farthest / LEVELS[0]));
        float scale = correlation.products / correlation.squares;
        float best = scale * correlation.products;
        for (int step = -TRIES; step <= TRIES; step++) {
            correlation = correlation(values, from, (step + LEVELS[0]) / farthest);
            if (correlation.squares > 0 && correlation.products * correlation.products > best * correlation.squares) {
                scale = correlation.products / correlation.squares;
                best = scale * correlation.products;
            }
        }
        return scale;
    }

    /// Weighted sums over a group.
    ///
    /// @param products of level and value
    /// @param squares of levels
    private record Correlation(float products, float squares) {}

    private static Correlation correlation(float[] values, int from, float inverse) {
        float products = 0;
        float squares = 0;
        for (int i = from; i < from + 32; i++) {
            float level = LEVELS[nearestLevel(inverse * values[i])];
            float weight = values[i] * values[i];
            products += weight * level * values[i];
            squares += weight * level * level;
        }
        return new Correlation(products, squares);
    }

    /// Index of the level nearest to `x`, the upper of two equally near.
    static int nearestLevel(float x) {
        int last = LEVELS.length - 1;
        if (x <= LEVELS[0]) {
            return 0;
        }
        if (x >= LEVELS[last]) {
            return last;
        }
        int below = 0;
        int above = last;
        while (above - below > 1) {
            int middle = (below + above) / 2;
            if (x < LEVELS[middle]) {
                above = middle;
            } else {
                below = middle;
            }
        }
        return x - LEVELS[above - 1] < LEVELS[above] - x ? above - 1 : above;
    }
}
