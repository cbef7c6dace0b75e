package dev.lilla.kernel;

import static dev.lilla.kernel.BlockBytes.putHalf;

import dev.lilla.kernel.AffineFit.Deviation;
import java.util.Arrays;

/// Packs the super-blocks of [SuperBlocks]: fits every group on its own, quantizes the groups' scales, and rounds the
/// values once more to the scales as stored. Holds scratch memory: one per thread.
final class SuperBlockEncoder {
    private static final int ELEMENTS = SuperBlocks.ELEMENTS;

    private final byte[] levels = new byte[ELEMENTS];
    private final float[] scales = new float[16];
    private final float[] mins = new float[16];

    private final AffineFit fitQ2 = new AffineFit(16, 3, -0.5f, 15, Deviation.ABSOLUTE);
    private final AffineFit fitQ4 = new AffineFit(32, 15, -1, 20, Deviation.SQUARED);
    private final AffineFit fitQ5 = new AffineFit(32, 31, -0.5f, 15, Deviation.SQUARED);

    void encodeQ2(float[] values, int from, byte[] block, int at) {
        fitGroups(fitQ2, values, from);
        float maxScale = greatest(scales);
        float maxMin = greatest(mins);
        float d = putHalf(block, at + 80, maxScale / 15);
        float dmin = putHalf(block, at + 82, maxMin / 15);
        for (int group = 0; group < 16; group++) {
            int scale = maxScale > 0 ? Rounding.nearest(15 / maxScale * scales[group]) : 0;
            int min = maxMin > 0 ? Rounding.nearest(15 / maxMin * mins[group]) : 0;
            int packed = (scale | min << 4) & 0xFF;
            block[at + group] = (byte) packed;
            roundAffine(fitQ2, values, from, group, d * (packed & 15), dmin * (packed >> 4));
        }
        packTwoBits(block, at + 16);
    }

    void encodeQ3(float[] values, int from, byte[] block, int at) {
        float largest = 0;
        for (int group = 0; group < 16; group++) {
            scales[group] = SymmetricFit.descend(values, from + 16 * group, 4, levels, 16 * group);
            if (Math.abs(scales[group]) > Math.abs(largest)) {
                largest = scales[group];
            }
        }
        Arrays.fill(block, at, at + 32, (byte) 0);
        Arrays.fill(block, at + 96, at + 108, (byte) 0);
        float inverse = -32 / largest;
        float d = putHalf(block, at + 108, largest == 0 ? 0 : 1 / inverse);
        for (int group = 0; group < 16; group++) {
            int scale = -32;
            if (largest != 0) {
                scale = Rounding.clamp((byte) Rounding.nearest(inverse * scales[group]), -32, 31);
                block[at + 96 + group % 8] |= (byte) (((scale + 32) & 15) << (group / 8 * 4));
                block[at + 104 + group % 4] |= (byte) (((scale + 32) >> 4) << (group / 4 * 2));
            }
            roundSymmetric(values, from, group, d * scale, 4);
        }
        for (int i = 0; i < ELEMENTS; i++) {
            if (levels[i] > 3) {
                block[at + i % 32] |= (byte) (1 << (i / 32));
                levels[i] = (byte) (levels[i] - 4);
            }
        }
        packTwoBits(block, at + 32);
    }

    void encodeQ4(float[] values, int from, byte[] block, int at) {
        encodeAffine(fitQ4, values, from, block, at);
        for (int i = 0; i < 128; i++) {
            int first = i / 32 * 64 + i % 32;
            block[at + 16 + i] = (byte) (levels[first] | levels[first + 32] << 4);
        }
    }

    void encodeQ5(float[] values, int from, byte[] block, int at) {
        encodeAffine(fitQ5, values, from, block, at);
        Arrays.fill(block, at + 16, at + 48, (byte) 0);
        for (int i = 0; i < ELEMENTS; i++) {
            block[at + 16 + i % 32] |= (byte) (levels[i] >> 4 << (i / 32));
        }
        for (int i = 0; i < 128; i++) {
            int first = i / 32 * 64 + i % 32;
            block[at + 48 + i] = (byte) ((levels[first] & 15) | (levels[first + 32] & 15) << 4);
        }
    }

    void encodeQ6(float[] values, int from, byte[] block, int at) {
        float largest = 0;
        for (int group = 0; group < 16; group++) {
            scales[group] = SymmetricFit.scan(values, from + 16 * group, 32, levels, 16 * group);
            if (Math.abs(scales[group]) > Math.abs(largest)) {
                largest = scales[group];
            }
        }
        if (Math.abs(largest) < SymmetricFit.SMALLEST) {
            Arrays.fill(block, at, at + 210, (byte) 0);
            return;
        }
        float inverse = -128 / largest;
        float d = putHalf(block, at + 208, 1 / inverse);
        for (int group = 0; group < 16; group++) {
            byte scale = (byte) Math.min(127, Rounding.nearest(inverse * scales[group]));
            block[at + 192 + group] = scale;
            roundSymmetric(values, from, group, d * scale, 32);
        }
        packSixBits(block, at);
    }

    /// Writes d, dmin and the 6-bit scales and minima of 8 groups, and rounds the levels to them.
    private void encodeAffine(AffineFit fit, float[] values, int from, byte[] block, int at) {
        fitGroups(fit, values, from);
        float maxScale = greatest(scales);
        float maxMin = greatest(mins);
        float inverseScale = maxScale > 0 ? 63 / maxScale : 0;
        float inverseMin = maxMin > 0 ? 63 / maxMin : 0;
        for (int group = 0; group < 8; group++) {
            int scale = Math.min(63, Rounding.nearest(inverseScale * scales[group]) & 0xFF);
            int min = Math.min(63, Rounding.nearest(inverseMin * mins[group]) & 0xFF);
            packScale(block, at + 4, group, scale, min);
        }
        float d = putHalf(block, at, maxScale / 63);
        float dmin = putHalf(block, at + 2, maxMin / 63);
        for (int group = 0; group < 8; group++) {
            float scale = d * SuperBlocks.scaleQ4(block, at + 4, group);
            float min = dmin * SuperBlocks.minQ4(block, at + 4, group);
            roundAffine(fit, values, from, group, scale, min);
        }
    }

    /// The inverse of [SuperBlocks#scaleQ4]; groups in rising order, the later ones fill the top of earlier bytes.
    private static void packScale(byte[] block, int at, int group, int scale, int min) {
        if (group < 4) {
            block[at + group] = (byte) scale;
            block[at + group + 4] = (byte) min;
        } else {
            block[at + group + 4] = (byte) ((scale & 15) | (min & 15) << 4);
            block[at + group - 4] |= (byte) (scale >> 4 << 6);
            block[at + group] |= (byte) (min >> 4 << 6);
        }
    }

    private void fitGroups(AffineFit fit, float[] values, int from) {
        Arrays.fill(scales, 0);
        Arrays.fill(mins, 0);
        for (int group = 0; group < ELEMENTS / fit.group(); group++) {
            fit.fit(values, from + group * fit.group(), levels, group * fit.group());
            scales[group] = fit.scale();
            mins[group] = fit.min();
        }
    }

    /// The largest of the numbers, at least 0.
    private static float greatest(float[] numbers) {
        float greatest = 0;
        for (float number : numbers) {
            if (number > greatest) {
                greatest = number;
            }
        }
        return greatest;
    }

    private void roundAffine(AffineFit fit, float[] values, int from, int group, float scale, float min) {
        if (scale == 0) {
            return;
        }
        for (int i = group * fit.group(); i < (group + 1) * fit.group(); i++) {
            int nearest = Rounding.nearest((values[from + i] + min) / scale);
            levels[i] = (byte) Rounding.clamp(nearest, 0, fit.levelMax());
        }
    }

    private void roundSymmetric(float[] values, int from, int group, float scale, int bound) {
        if (scale == 0) {
            return;
        }
        for (int i = group * SymmetricFit.GROUP; i < (group + 1) * SymmetricFit.GROUP; i++) {
            levels[i] = (byte) (SymmetricFit.level(values[from + i] / scale, bound) + bound);
        }
    }

    private void packTwoBits(byte[] block, int at) {
        for (int i = 0; i < 64; i++) {
            int first = i / 32 * 128 + i % 32;
            block[at + i] = (byte)
                    (levels[first] | levels[first + 32] << 2 | levels[first + 64] << 4 | levels[first + 96] << 6);
        }
    }

    private void packSixBits(byte[] block, int at) {
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
}
