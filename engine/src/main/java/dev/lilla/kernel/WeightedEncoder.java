package dev.lilla.kernel;

import static dev.lilla.kernel.BlockBytes.putBits16;
import static dev.lilla.kernel.BlockBytes.putBits32;
import static dev.lilla.kernel.BlockBytes.putHalf;

import dev.lilla.kernel.LevelGrid.Nonlinear;
import dev.lilla.kernel.LevelGrid.Uniform;
import dev.lilla.kernel.WeightedBlock.Offset;
import dev.lilla.tensor.ElementType;
import java.util.Arrays;
import java.util.Optional;

/// Packs one block so that its weighted squared error is small. Holds scratch memory: one per thread.
final class WeightedEncoder {
    private static final Uniform ONE = new Uniform(1, 1);
    private static final Uniform SIX_BITS = new Uniform(0, 63);
    private static final Uniform SIGNED_SIX_BITS = new Uniform(-32, 31);

    private final WeightedBlock block;
    private final Packer packer;

    @FunctionalInterface
    private interface Packer {
        void pack(WeightedBlock fitted, byte[] target);
    }

    private WeightedEncoder(WeightedBlock block, Packer packer) {
        this.block = block;
        this.packer = packer;
    }

    /// The encoder of a type; empty where weights change nothing.
    static Optional<WeightedEncoder> of(ElementType type) {
        return switch (type) {
            case Q4_0 -> Optional.of(symmetric(new Uniform(-8, 7), WeightedEncoder::packQ4));
            case Q5_0 -> Optional.of(symmetric(new Uniform(-16, 15), WeightedEncoder::packQ5));
            case IQ4_NL -> Optional.of(symmetric(new Nonlinear(), WeightedEncoder::packQ4));
            case Q4_1 -> Optional.of(affine(15, WeightedEncoder::packQ4Affine));
            case Q5_1 -> Optional.of(affine(31, WeightedEncoder::packQ5Affine));
            case Q2_K ->
                Optional.of(new WeightedEncoder(
                        new WeightedBlock(new Uniform(0, 3), 16, 16, new Uniform(0, 15), Offset.POSITIVE),
                        WeightedEncoder::packQ2K));
            case Q3_K ->
                Optional.of(new WeightedEncoder(
                        new WeightedBlock(new Uniform(-4, 3), 16, 16, SIGNED_SIX_BITS, Offset.NONE),
                        WeightedEncoder::packQ3K));
            case Q4_K ->
                Optional.of(new WeightedEncoder(
                        new WeightedBlock(new Uniform(0, 15), 32, 8, SIX_BITS, Offset.POSITIVE),
                        WeightedEncoder::packQ4K));
            case Q5_K ->
                Optional.of(new WeightedEncoder(
                        new WeightedBlock(new Uniform(0, 31), 32, 8, SIX_BITS, Offset.POSITIVE),
                        WeightedEncoder::packQ5K));
            case Q6_K ->
                Optional.of(new WeightedEncoder(
                        new WeightedBlock(new Uniform(-32, 31), 16, 16, new Uniform(-128, 127), Offset.NONE),
                        WeightedEncoder::packQ6K));
            case IQ4_XS ->
                Optional.of(new WeightedEncoder(
                        new WeightedBlock(new Nonlinear(), 32, 8, SIGNED_SIX_BITS, Offset.NONE),
                        WeightedEncoder::packIq4));
            case Q8_0, F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL -> Optional.empty();
        };
    }

    private static WeightedEncoder symmetric(LevelGrid grid, Packer packer) {
        return new WeightedEncoder(new WeightedBlock(grid, 32, 1, ONE, Offset.NONE), packer);
    }

    private static WeightedEncoder affine(int top, Packer packer) {
        return new WeightedEncoder(new WeightedBlock(new Uniform(0, top), 32, 1, ONE, Offset.ANY), packer);
    }

    /// @param values the elements of the block begin at `from`
    /// @param weights what an error of each costs, from index 0
    /// @param target takes the bytes of the block
    void encode(float[] values, int from, float[] weights, byte[] target) {
        block.fit(values, from, weights);
        packer.pack(block, target);
    }

    private static void packQ4(WeightedBlock fitted, byte[] target) {
        putHalf(target, 0, fitted.d());
        packPairs(fitted.levels(), target, 2);
    }

    private static void packQ4Affine(WeightedBlock fitted, byte[] target) {
        putHalf(target, 0, fitted.d());
        putHalf(target, 2, -fitted.dmin());
        packPairs(fitted.levels(), target, 4);
    }

    private static void packQ5(WeightedBlock fitted, byte[] target) {
        putHalf(target, 0, fitted.d());
        putBits32(target, 2, fifths(fitted.levels()));
        packPairs(fitted.levels(), target, 6);
    }

    private static void packQ5Affine(WeightedBlock fitted, byte[] target) {
        putHalf(target, 0, fitted.d());
        putHalf(target, 2, -fitted.dmin());
        putBits32(target, 4, fifths(fitted.levels()));
        packPairs(fitted.levels(), target, 8);
    }

    /// Byte `i` holds elements `i` and `i + 16`.
    private static void packPairs(byte[] levels, byte[] target, int at) {
        for (int i = 0; i < 16; i++) {
            target[at + i] = (byte) ((levels[i] & 15) | (levels[i + 16] & 15) << 4);
        }
    }

    private static int fifths(byte[] levels) {
        int bits = 0;
        for (int i = 0; i < 32; i++) {
            bits |= (levels[i] >> 4 & 1) << i;
        }
        return bits;
    }

    private static void packQ2K(WeightedBlock fitted, byte[] target) {
        for (int group = 0; group < 16; group++) {
            target[group] = (byte) (fitted.scale(group) | fitted.min(group) << 4);
        }
        putHalf(target, 80, fitted.d());
        putHalf(target, 82, fitted.dmin());
        SuperBlockPacker.twoBits(fitted.levels(), target, 16);
    }

    private static void packQ3K(WeightedBlock fitted, byte[] target) {
        Arrays.fill(target, 96, 108, (byte) 0);
        for (int group = 0; group < 16; group++) {
            SuperBlockPacker.scaleQ3(target, 96, group, fitted.scale(group));
        }
        putHalf(target, 108, fitted.d());
        SuperBlockPacker.thirdBits(fitted.levels(), target, 0);
        SuperBlockPacker.twoBits(fitted.levels(), target, 32);
    }

    private static void packQ4K(WeightedBlock fitted, byte[] target) {
        packAffineScales(fitted, target);
        SuperBlockPacker.nibbles(fitted.levels(), target, 16);
    }

    private static void packQ5K(WeightedBlock fitted, byte[] target) {
        packAffineScales(fitted, target);
        SuperBlockPacker.fifthBits(fitted.levels(), target, 16);
        SuperBlockPacker.nibbles(fitted.levels(), target, 48);
    }

    private static void packAffineScales(WeightedBlock fitted, byte[] target) {
        putHalf(target, 0, fitted.d());
        putHalf(target, 2, fitted.dmin());
        for (int group = 0; group < 8; group++) {
            SuperBlockPacker.scaleQ4(target, 4, group, fitted.scale(group), fitted.min(group));
        }
    }

    private static void packQ6K(WeightedBlock fitted, byte[] target) {
        for (int group = 0; group < 16; group++) {
            target[192 + group] = (byte) fitted.scale(group);
        }
        putHalf(target, 208, fitted.d());
        SuperBlockPacker.sixBits(fitted.levels(), target, 0);
    }

    private static void packIq4(WeightedBlock fitted, byte[] target) {
        putHalf(target, 0, fitted.d());
        int highs = 0;
        Arrays.fill(target, 4, 8, (byte) 0);
        for (int group = 0; group < 8; group++) {
            int scale = fitted.scale(group) + 32;
            target[4 + group / 2] |= (byte) ((scale & 15) << (group % 2 * 4));
            highs |= scale >> 4 << (2 * group);
        }
        putBits16(target, 2, highs);
        byte[] levels = fitted.levels();
        for (int i = 0; i < 128; i++) {
            int first = i / 16 * 32 + i % 16;
            target[8 + i] = (byte) (levels[first] | levels[first + 16] << 4);
        }
    }
}
