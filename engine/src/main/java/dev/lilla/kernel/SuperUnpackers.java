package dev.lilla.kernel;

import static dev.lilla.kernel.VectorUnpackers.TWO_PARTS;
import static dev.lilla.kernel.VectorUnpackers.bytes;
import static dev.lilla.kernel.VectorUnpackers.first;
import static dev.lilla.kernel.VectorUnpackers.half;
import static dev.lilla.kernel.VectorUnpackers.second;
import static dev.lilla.kernel.VectorUnpackers.storeScaled;
import static dev.lilla.kernel.VectorWidth.BYTES;
import static dev.lilla.kernel.VectorWidth.FLOATS;
import static dev.lilla.kernel.VectorWidth.STEP;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// Unpackers of blocks of 256 elements; [SuperBlocks] and [NonlinearBlocks] describe their layouts.
final class SuperUnpackers {
    private static final int ELEMENTS = 256;

    private SuperUnpackers() {}

    private static int unsigned(MemorySegment source, long at) {
        return source.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    static void unpackQ2(MemorySegment source, long at, int count, MemorySegment target, long to) {
        long block = at;
        for (int i = 0; i < count; i += ELEMENTS, block += 84) {
            float d = half(source, block + 80);
            float dmin = half(source, block + 82);
            for (int group = 0; group < 16; group++) {
                int packed = unsigned(source, block + group);
                FloatVector scale = FloatVector.broadcast(FLOATS, d * (packed & 15));
                FloatVector min = FloatVector.broadcast(FLOATS, -dmin * (packed >> 4));
                long quants = block + 16 + SuperBlocks.twoBitByte(group);
                int shift = SuperBlocks.twoBitShift(group);
                long out = to + 4L * (i + 16 * group);
                for (int j = 0; j < 16; j += BYTES.length()) {
                    ByteVector packs = bytes(source, quants + j);
                    storeScaled(field(first(packs), shift, 3), scale, min, target, out + 4L * j);
                    if (TWO_PARTS) {
                        storeScaled(field(second(packs), shift, 3), scale, min, target, out + 4L * j + STEP);
                    }
                }
            }
        }
    }

    /// The bits `mask` of every element from bit `shift` on.
    private static IntVector field(IntVector packed, int shift, int mask) {
        return packed.lanewise(VectorOperators.LSHR, shift).and(mask);
    }

    static void unpackQ3(MemorySegment source, long at, int count, MemorySegment target, long to) {
        long block = at;
        for (int i = 0; i < count; i += ELEMENTS, block += 110) {
            float d = half(source, block + 108);
            for (int group = 0; group < 16; group++) {
                int low = unsigned(source, block + 96 + group % 8) >> (group / 8 * 4) & 15;
                int high = unsigned(source, block + 104 + group % 4) >> (group / 4 * 2) & 3;
                float factor = d * ((low | high << 4) - 32);
                FloatVector scale = FloatVector.broadcast(FLOATS, factor);
                FloatVector offset = FloatVector.broadcast(FLOATS, -4 * factor);
                long quants = block + 32 + SuperBlocks.twoBitByte(group);
                long highs = block + group % 2 * 16L;
                int shift = SuperBlocks.twoBitShift(group);
                long out = to + 4L * (i + 16 * group);
                for (int j = 0; j < 16; j += BYTES.length()) {
                    ByteVector packs = bytes(source, quants + j);
                    ByteVector tops = bytes(source, highs + j);
                    IntVector quant = joined(field(first(packs), shift, 3), field(first(tops), group / 2, 1), 2);
                    storeScaled(quant, scale, offset, target, out + 4L * j);
                    if (TWO_PARTS) {
                        quant = joined(field(second(packs), shift, 3), field(second(tops), group / 2, 1), 2);
                        storeScaled(quant, scale, offset, target, out + 4L * j + STEP);
                    }
                }
            }
        }
    }

    private static IntVector joined(IntVector low, IntVector high, int bits) {
        return low.or(high.lanewise(VectorOperators.LSHL, bits));
    }

    static void unpackQ4(MemorySegment source, long at, int count, MemorySegment target, long to) {
        long block = at;
        for (int i = 0; i < count; i += ELEMENTS, block += 144) {
            float d = half(source, block);
            float dmin = half(source, block + 2);
            for (int group = 0; group < 8; group++) {
                FloatVector scale = FloatVector.broadcast(FLOATS, d * scale(source, block + 4, group));
                FloatVector min = FloatVector.broadcast(FLOATS, -dmin * min(source, block + 4, group));
                long quants = block + 16 + group / 2 * 32L;
                int shift = group % 2 * 4;
                long out = to + 4L * (i + 32 * group);
                for (int j = 0; j < 32; j += BYTES.length()) {
                    ByteVector packs = bytes(source, quants + j);
                    storeScaled(field(first(packs), shift, 15), scale, min, target, out + 4L * j);
                    if (TWO_PARTS) {
                        storeScaled(field(second(packs), shift, 15), scale, min, target, out + 4L * j + STEP);
                    }
                }
            }
        }
    }

    static void unpackQ5(MemorySegment source, long at, int count, MemorySegment target, long to) {
        long block = at;
        for (int i = 0; i < count; i += ELEMENTS, block += 176) {
            float d = half(source, block);
            float dmin = half(source, block + 2);
            for (int group = 0; group < 8; group++) {
                FloatVector scale = FloatVector.broadcast(FLOATS, d * scale(source, block + 4, group));
                FloatVector min = FloatVector.broadcast(FLOATS, -dmin * min(source, block + 4, group));
                long quants = block + 48 + group / 2 * 32L;
                int shift = group % 2 * 4;
                long out = to + 4L * (i + 32 * group);
                for (int j = 0; j < 32; j += BYTES.length()) {
                    ByteVector packs = bytes(source, quants + j);
                    ByteVector tops = bytes(source, block + 16 + j);
                    IntVector quant = joined(field(first(packs), shift, 15), field(first(tops), group, 1), 4);
                    storeScaled(quant, scale, min, target, out + 4L * j);
                    if (TWO_PARTS) {
                        quant = joined(field(second(packs), shift, 15), field(second(tops), group, 1), 4);
                        storeScaled(quant, scale, min, target, out + 4L * j + STEP);
                    }
                }
            }
        }
    }

    /// [SuperBlocks#scaleQ4] in a segment.
    private static int scale(MemorySegment source, long at, int group) {
        return group < 4
                ? unsigned(source, at + group) & 63
                : (unsigned(source, at + group + 4) & 15) | (unsigned(source, at + group - 4) >> 6) << 4;
    }

    /// [SuperBlocks#minQ4] in a segment.
    private static int min(MemorySegment source, long at, int group) {
        return group < 4
                ? unsigned(source, at + group + 4) & 63
                : (unsigned(source, at + group + 4) >> 4) | (unsigned(source, at + group) >> 6) << 4;
    }

    static void unpackQ6(MemorySegment source, long at, int count, MemorySegment target, long to) {
        long block = at;
        for (int i = 0; i < count; i += ELEMENTS, block += 210) {
            float d = half(source, block + 208);
            for (int group = 0; group < 16; group++) {
                float factor = d * source.get(ValueLayout.JAVA_BYTE, block + 192 + group);
                FloatVector scale = FloatVector.broadcast(FLOATS, factor);
                FloatVector offset = FloatVector.broadcast(FLOATS, -32 * factor);
                int half = group / 8;
                long lows = block + 64L * half + group % 4 * 16L;
                int lowShift = group % 8 / 4 * 4;
                long highs = block + 128 + 32L * half + group % 2 * 16L;
                int highShift = group % 8 / 2 * 2;
                long out = to + 4L * (i + 16 * group);
                for (int j = 0; j < 16; j += BYTES.length()) {
                    ByteVector packs = bytes(source, lows + j);
                    ByteVector tops = bytes(source, highs + j);
                    IntVector quant = joined(field(first(packs), lowShift, 15), field(first(tops), highShift, 3), 4);
                    storeScaled(quant, scale, offset, target, out + 4L * j);
                    if (TWO_PARTS) {
                        quant = joined(field(second(packs), lowShift, 15), field(second(tops), highShift, 3), 4);
                        storeScaled(quant, scale, offset, target, out + 4L * j + STEP);
                    }
                }
            }
        }
    }

    static void unpackLevels(MemorySegment source, long at, int count, MemorySegment target, long to) {
        long block = at;
        for (int i = 0; i < count; i += ELEMENTS, block += 136) {
            float d = half(source, block);
            int highs = source.get(VectorUnpackers.SHORT, block + 2);
            for (int group = 0; group < 8; group++) {
                int low = unsigned(source, block + 4 + group / 2) >> (group % 2 * 4) & 15;
                int scale = (low | (highs >> (2 * group) & 3) << 4) - 32;
                long out = to + 4L * (i + 32 * group);
                VectorUnpackers.storeLevels(source, block + 8 + 16L * group, d * scale, target, out);
            }
        }
    }
}
