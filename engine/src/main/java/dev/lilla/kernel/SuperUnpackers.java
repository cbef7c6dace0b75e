package dev.lilla.kernel;

import static dev.lilla.kernel.VectorMemory.bits32;
import static dev.lilla.kernel.VectorMemory.bytes;
import static dev.lilla.kernel.VectorMemory.half;
import static dev.lilla.kernel.VectorMemory.signed;
import static dev.lilla.kernel.VectorMemory.unsigned;
import static dev.lilla.kernel.VectorUnpackers.NIBBLES;
import static dev.lilla.kernel.VectorUnpackers.field;
import static dev.lilla.kernel.VectorUnpackers.storeScaled;
import static dev.lilla.kernel.VectorWidth.BYTES;
import static dev.lilla.kernel.VectorWidth.FLOATS;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// Unpackers of blocks of 256 elements; [SuperBlocks] and [NonlinearBlocks] describe their layouts.
final class SuperUnpackers {
    private static final int ELEMENTS = 256;
    private static final int PAIRS = 0x03030303;
    private static final int SINGLES = 0x01010101;

    private SuperUnpackers() {}

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }

    static void unpackQ2(long at, int count, long to) {
        long block = at;
        for (int i = 0; i < count; i += ELEMENTS, block += 84) {
            float d = half(block + 80);
            float dmin = -half(block + 82);
            for (int group = 0; group < 16; group++) {
                int packed = unsigned(block + group);
                FloatVector scale = broadcast(d * (packed & 15));
                FloatVector min = broadcast(dmin * (packed >> 4));
                long quants = block + 16 + SuperBlocks.twoBitByte(group);
                int shift = SuperBlocks.twoBitShift(group);
                long out = to + 4L * (i + 16 * group);
                for (int j = 0; j < 16; j += BYTES.length()) {
                    storeScaled(field(bytes(quants + j), shift, PAIRS), scale, min, out + 4L * j);
                }
            }
        }
    }

    static void unpackQ3(long at, int count, long to) {
        long block = at;
        for (int i = 0; i < count; i += ELEMENTS, block += 110) {
            float d = half(block + 108);
            for (int group = 0; group < 16; group++) {
                int low = unsigned(block + 96 + group % 8) >> (group / 8 * 4) & 15;
                int high = unsigned(block + 104 + group % 4) >> (group / 4 * 2) & 3;
                float factor = d * ((low | high << 4) - 32);
                FloatVector scale = broadcast(factor);
                FloatVector offset = broadcast(-4 * factor);
                long quants = block + 32 + SuperBlocks.twoBitByte(group);
                long highs = block + group % 2 * 16L;
                int shift = SuperBlocks.twoBitShift(group);
                long out = to + 4L * (i + 16 * group);
                for (int j = 0; j < 16; j += BYTES.length()) {
                    ByteVector lows = field(bytes(quants + j), shift, PAIRS);
                    ByteVector tops = field(bytes(highs + j), group / 2, SINGLES);
                    storeScaled(joined(lows, tops, 2), scale, offset, out + 4L * j);
                }
            }
        }
    }

    /// `low | high << bits` of every byte; the bits shifted out of a byte are zeros.
    private static ByteVector joined(ByteVector low, ByteVector high, int bits) {
        return low.or(
                high.reinterpretAsInts().lanewise(VectorOperators.LSHL, bits).reinterpretAsBytes());
    }

    static void unpackQ4(long at, int count, long to) {
        long block = at;
        for (int i = 0; i < count; i += ELEMENTS, block += 144) {
            float d = half(block);
            float dmin = -half(block + 2);
            long scales = scales(block + 4);
            long mins = mins(block + 4);
            for (int group = 0; group < 8; group++) {
                FloatVector scale = broadcast(d * (scales >> (8 * group) & 63));
                FloatVector min = broadcast(dmin * (mins >> (8 * group) & 63));
                long quants = block + 16 + group / 2 * 32L;
                int shift = group % 2 * 4;
                long out = to + 4L * (i + 32 * group);
                for (int j = 0; j < 32; j += BYTES.length()) {
                    storeScaled(field(bytes(quants + j), shift, NIBBLES), scale, min, out + 4L * j);
                }
            }
        }
    }

    static void unpackQ5(long at, int count, long to) {
        long block = at;
        for (int i = 0; i < count; i += ELEMENTS, block += 176) {
            float d = half(block);
            float dmin = -half(block + 2);
            long scales = scales(block + 4);
            long mins = mins(block + 4);
            for (int group = 0; group < 8; group++) {
                FloatVector scale = broadcast(d * (scales >> (8 * group) & 63));
                FloatVector min = broadcast(dmin * (mins >> (8 * group) & 63));
                long quants = block + 48 + group / 2 * 32L;
                int shift = group % 2 * 4;
                long out = to + 4L * (i + 32 * group);
                for (int j = 0; j < 32; j += BYTES.length()) {
                    ByteVector lows = field(bytes(quants + j), shift, NIBBLES);
                    ByteVector tops = field(bytes(block + 16 + j), group, SINGLES);
                    storeScaled(joined(lows, tops, 4), scale, min, out + 4L * j);
                }
            }
        }
    }

    /// The eight scales of Q4_K and Q5_K, a byte each, the first lowest: [SuperBlocks#scaleQ4] four at a time.
    static long scales(long at) {
        int tops = (bits32(at) >>> 6 & PAIRS) << 4;
        int highs = (bits32(at + 8) & NIBBLES) | tops;
        return ((long) highs << 32) | (bits32(at) & 0x3F3F3F3F);
    }

    /// The eight minimums beside [#scales].
    static long mins(long at) {
        int tops = (bits32(at + 4) >>> 6 & PAIRS) << 4;
        int highs = (bits32(at + 8) >>> 4 & NIBBLES) | tops;
        return ((long) highs << 32) | (bits32(at + 4) & 0x3F3F3F3F);
    }

    static void unpackQ6(long at, int count, long to) {
        long block = at;
        for (int i = 0; i < count; i += ELEMENTS, block += 210) {
            float d = half(block + 208);
            for (int group = 0; group < 16; group++) {
                float factor = d * signed(block + 192 + group);
                FloatVector scale = broadcast(factor);
                FloatVector offset = broadcast(-32 * factor);
                long lows = block + group / 8 * 64L + group % 4 * 16L;
                long highs = block + 128 + group / 8 * 32L + group % 2 * 16L;
                int lowShift = group % 8 / 4 * 4;
                int highShift = group % 8 / 2 * 2;
                long out = to + 4L * (i + 16 * group);
                for (int j = 0; j < 16; j += BYTES.length()) {
                    storeScaled(sixBits(lows + j, lowShift, highs + j, highShift), scale, offset, out + 4L * j);
                }
            }
        }
    }

    static ByteVector sixBits(long lows, int lowShift, long highs, int highShift) {
        return joined(field(bytes(lows), lowShift, NIBBLES), field(bytes(highs), highShift, PAIRS), 4);
    }

    static void unpackLevels(long at, int count, long to) {
        long block = at;
        for (int i = 0; i < count; i += ELEMENTS, block += 136) {
            float d = half(block);
            int highs = VectorMemory.bits16(block + 2);
            for (int group = 0; group < 8; group++) {
                int low = unsigned(block + 4 + group / 2) >> (group % 2 * 4) & 15;
                int scale = (low | (highs >> (2 * group) & 3) << 4) - 32;
                VectorUnpackers.storeLevels(block + 8 + 16L * group, d * scale, to + 4L * (i + 32 * group));
            }
        }
    }
}
