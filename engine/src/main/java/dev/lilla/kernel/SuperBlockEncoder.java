package dev.lilla.kernel;

import static dev.lilla.kernel.BlockBytes.putHalf;

import dev.lilla.kernel.AffineFit.Deviation;
import java.util.Arrays;

/// Packs the super-blocks of [SuperBlocks]: fits every group on its own, quantizes the groups' scales, and
/// rounds the
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
        SuperBlockPacker.twoBits(levels, block, at + 16);
    }

    void encodeQ3(float[] values, int from, byte[] block, int at) {
        float largest = 0;
        for (int group = 0; group < 16; group++) {
            scales[group] = SymmetricFit.descend(values, from + 16 * group, 4, levels, 16 * group);
            if (Math.abs(scales[group]) > Math.abs(largest)) {
                largest = scales[group];
            }
        }
        Arrays.fill(block, at + 96, at + 108, (byte) 0);
        float inverse = -32 / largest;
        float d = putHalf(block, at + 108, largest == 0 ? 0 : 1 / inverse);
        for (int group = 0; group < 16; group++) {
            int scale = -32;
            if (largest != 0) {
                scale = Rounding.clamp((byte) Rounding.nearest(inverse * scales[group]), -32, 31);
                SuperBlockPacker.scaleQ3(block, at + 96, group, scale);
            }
            roundSymmetric(values, from, group, d * scale, 4);
        }
        SuperBlockPacker.thirdBits(levels, block, at);
        SuperBlockPacker.twoBits(levels, block, at + 32);
    }

    void encodeQ4(float[] values, int from, byte[] block, int at) {
        encodeAffine(fitQ4, values, from, block, at);
        SuperBlockPacker.nibbles(levels, block, at + 16);
    }

    void encodeQ5(float[] values, int from, byte[] block, int at) {
        encodeAffine(fitQ5, values, from, block, at);
        SuperBlockPacker.fifthBits(levels, block, at + 16);
        SuperBlockPacker.nibbles(levels, block, at + 48);
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
        SuperBlockPacker.sixBits(levels, block, at);
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
            SuperBlockPacker.scaleQ4(block, at + 4, group, scale, min);
        }
        float d = putHalf(block, at, maxScale / 63);
        float dmin = putHalf(block, at + 2, maxMin / 63);
        for (int group = 0; group < 8; group++) {
            float scale = d * SuperBlocks.scaleQ4(block, at + 4, group);
            float min = dmin * SuperBlocks.minQ4(block, at + 4, group);
            roundAffine(fit, values, from, group, scale, min);
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
}
