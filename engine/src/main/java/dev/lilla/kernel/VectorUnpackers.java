package dev.lilla.kernel;

import static dev.lilla.kernel.VectorWidth.BYTES;
import static dev.lilla.kernel.VectorWidth.FLOATS;
import static dev.lilla.kernel.VectorWidth.INTS;
import static dev.lilla.kernel.VectorWidth.LANES;
import static dev.lilla.kernel.VectorWidth.SHORTS;
import static dev.lilla.kernel.VectorWidth.STEP;

import dev.lilla.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/// One [Unpacker] for each element type; [SuperUnpackers] has those of 256 elements a block.
final class VectorUnpackers {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// A vector of bytes has twice the lanes of one of floats at 128 bits, else as many.
    static final boolean TWO_PARTS = BYTES.length() == 2 * LANES;

    private static final int BLOCK = 32;
    private static final IntVector IOTA = IntVector.zero(INTS).addIndex(1);

    /// The exponents of f16 and f32 are 112 apart: an f16's bits, moved to the places of an f32, times this.
    private static final float HALF_SCALE = 0x1p112f;

    private VectorUnpackers() {}

    static Unpacker of(ElementType type) {
        return switch (type) {
            case F32 -> VectorUnpackers::unpackF32;
            case F16 -> VectorUnpackers::unpackF16;
            case BF16 -> VectorUnpackers::unpackBF16;
            case Q4_0 -> VectorUnpackers::unpackQ4Symmetric;
            case Q4_1 -> VectorUnpackers::unpackQ4Affine;
            case Q5_0 -> VectorUnpackers::unpackQ5Symmetric;
            case Q5_1 -> VectorUnpackers::unpackQ5Affine;
            case Q8_0 -> VectorUnpackers::unpackQ8;
            case IQ4_NL -> VectorUnpackers::unpackLevels;
            case Q2_K -> SuperUnpackers::unpackQ2;
            case Q3_K -> SuperUnpackers::unpackQ3;
            case Q4_K -> SuperUnpackers::unpackQ4;
            case Q5_K -> SuperUnpackers::unpackQ5;
            case Q6_K -> SuperUnpackers::unpackQ6;
            case IQ4_XS -> SuperUnpackers::unpackLevels;
            case F64 -> VectorUnpackers::unpackF64;
            case I64, I32, I16, I8, U8, BOOL ->
                throw new IllegalArgumentException("elements of type " + type + " are no real numbers");
        };
    }

    static float half(MemorySegment source, long at) {
        return Float.float16ToFloat(source.get(SHORT, at));
    }

    static void store(FloatVector vector, MemorySegment target, long to) {
        vector.intoMemorySegment(target, to, ByteOrder.LITTLE_ENDIAN);
    }

    static ByteVector bytes(MemorySegment source, long at) {
        return ByteVector.fromMemorySegment(BYTES, source, at, ByteOrder.LITTLE_ENDIAN);
    }

    static IntVector first(ByteVector bytes) {
        return (IntVector) bytes.castShape(INTS, 0);
    }

    static IntVector second(ByteVector bytes) {
        return (IntVector) bytes.castShape(INTS, 1);
    }

    /// Stores `quants * scale + added`.
    static void storeScaled(IntVector quants, FloatVector scale, FloatVector added, MemorySegment target, long to) {
        store(((FloatVector) quants.castShape(FLOATS, 0)).fma(scale, added), target, to);
    }

    private static void unpackF32(MemorySegment source, long at, int count, MemorySegment target, long to) {
        MemorySegment.copy(source, at, target, to, (long) count * Float.BYTES);
    }

    private static void unpackF64(MemorySegment source, long at, int count, MemorySegment target, long to) {
        float[] values = new float[count];
        Dequantizer.dequantize(ElementType.F64, source, at, values, 0, count);
        MemorySegment.copy(values, 0, target, HostMatrix.FLOAT, to, count);
    }

    private static void unpackBF16(MemorySegment source, long at, int count, MemorySegment target, long to) {
        int i = 0;
        for (; i + LANES <= count; i += LANES) {
            IntVector bits = shorts(source, at + 2L * i).lanewise(VectorOperators.LSHL, 16);
            store(bits.reinterpretAsFloats(), target, to + 4L * i);
        }
        for (; i < count; i++) {
            float value = Float.intBitsToFloat(source.get(SHORT, at + 2L * i) << 16);
            target.set(HostMatrix.FLOAT, to + 4L * i, value);
        }
    }

    static void unpackF16(MemorySegment source, long at, int count, MemorySegment target, long to) {
        int i = 0;
        for (; i + LANES <= count; i += LANES) {
            IntVector bits = shorts(source, at + 2L * i);
            IntVector magnitude = bits.and(0x7FFF).lanewise(VectorOperators.LSHL, 13);
            IntVector scaled = magnitude.reinterpretAsFloats().mul(HALF_SCALE).reinterpretAsInts();
            // Infinities and NaN have all bits of the exponent in either format.
            IntVector exact =
                    scaled.blend(scaled.or(0x7F80_0000), bits.and(0x7C00).compare(VectorOperators.EQ, 0x7C00));
            store(exact.or(bits.and(0x8000_0000)).reinterpretAsFloats(), target, to + 4L * i);
        }
        for (; i < count; i++) {
            target.set(HostMatrix.FLOAT, to + 4L * i, half(source, at + 2L * i));
        }
    }

    private static IntVector shorts(MemorySegment source, long at) {
        return (IntVector) ShortVector.fromMemorySegment(SHORTS, source, at, ByteOrder.LITTLE_ENDIAN)
                .castShape(INTS, 0);
    }

    private static void unpackQ8(MemorySegment source, long at, int count, MemorySegment target, long to) {
        long block = at;
        for (int i = 0; i < count; i += BLOCK, block += 34) {
            storeSigned(source, block + 2, BLOCK, half(source, block), target, to + 4L * i);
        }
    }

    /// Stores `count` signed bytes times `scale`; a multiple of 16.
    static void storeSigned(MemorySegment source, long at, int count, float scale, MemorySegment target, long to) {
        FloatVector factor = FloatVector.broadcast(FLOATS, scale);
        for (int j = 0; j < count; j += BYTES.length()) {
            ByteVector quants = bytes(source, at + j);
            store(((FloatVector) quants.castShape(FLOATS, 0)).mul(factor), target, to + 4L * j);
            if (TWO_PARTS) {
                store(((FloatVector) quants.castShape(FLOATS, 1)).mul(factor), target, to + 4L * j + STEP);
            }
        }
    }

    private static void unpackQ4Symmetric(MemorySegment source, long at, int count, MemorySegment target, long to) {
        long block = at;
        for (int i = 0; i < count; i += BLOCK, block += 18) {
            float d = half(source, block);
            storeNibbles(source, block + 2, d, -8 * d, target, to + 4L * i);
        }
    }

    private static void unpackQ4Affine(MemorySegment source, long at, int count, MemorySegment target, long to) {
        long block = at;
        for (int i = 0; i < count; i += BLOCK, block += 20) {
            storeNibbles(source, block + 4, half(source, block), half(source, block + 2), target, to + 4L * i);
        }
    }

    /// Stores 16 low nibbles, then 16 high ones, times `scale` plus `added`.
    private static void storeNibbles(
            MemorySegment source, long at, float scale, float added, MemorySegment target, long to) {
        FloatVector factor = FloatVector.broadcast(FLOATS, scale);
        FloatVector addend = FloatVector.broadcast(FLOATS, added);
        for (int j = 0; j < 16; j += BYTES.length()) {
            ByteVector pairs = bytes(source, at + j);
            storePairs(first(pairs), factor, addend, target, to + 4L * j);
            if (TWO_PARTS) {
                storePairs(second(pairs), factor, addend, target, to + 4L * j + STEP);
            }
        }
    }

    private static void storePairs(
            IntVector pairs, FloatVector factor, FloatVector addend, MemorySegment target, long to) {
        storeScaled(pairs.and(15), factor, addend, target, to);
        storeScaled(pairs.lanewise(VectorOperators.LSHR, 4).and(15), factor, addend, target, to + 64);
    }

    private static void unpackQ5Symmetric(MemorySegment source, long at, int count, MemorySegment target, long to) {
        long block = at;
        for (int i = 0; i < count; i += BLOCK, block += 22) {
            float d = half(source, block);
            storeFifths(source, block + 2, d, -16 * d, target, to + 4L * i);
        }
    }

    private static void unpackQ5Affine(MemorySegment source, long at, int count, MemorySegment target, long to) {
        long block = at;
        for (int i = 0; i < count; i += BLOCK, block += 24) {
            storeFifths(source, block + 4, half(source, block), half(source, block + 2), target, to + 4L * i);
        }
    }

    /// As [#storeNibbles], with 32 fifth bits before the nibbles.
    private static void storeFifths(
            MemorySegment source, long at, float scale, float added, MemorySegment target, long to) {
        FloatVector factor = FloatVector.broadcast(FLOATS, scale);
        FloatVector addend = FloatVector.broadcast(FLOATS, added);
        int fifths = source.get(INT, at);
        for (int j = 0; j < 16; j += BYTES.length()) {
            ByteVector pairs = bytes(source, at + 4 + j);
            storeFifthPairs(first(pairs), fifths >>> j, factor, addend, target, to + 4L * j);
            if (TWO_PARTS) {
                storeFifthPairs(second(pairs), fifths >>> (j + LANES), factor, addend, target, to + 4L * j + STEP);
            }
        }
    }

    private static void storeFifthPairs(
            IntVector pairs, int fifths, FloatVector factor, FloatVector addend, MemorySegment target, long to) {
        IntVector bits = IntVector.broadcast(INTS, fifths).lanewise(VectorOperators.LSHR, IOTA);
        IntVector low = bits.and(1).lanewise(VectorOperators.LSHL, 4);
        IntVector high = bits.lanewise(VectorOperators.LSHR, 16).and(1).lanewise(VectorOperators.LSHL, 4);
        storeScaled(pairs.and(15).or(low), factor, addend, target, to);
        IntVector above = pairs.lanewise(VectorOperators.LSHR, 4).and(15);
        storeScaled(above.or(high), factor, addend, target, to + 64);
    }

    private static void unpackLevels(MemorySegment source, long at, int count, MemorySegment target, long to) {
        long block = at;
        for (int i = 0; i < count; i += BLOCK, block += 18) {
            storeLevels(source, block + 2, half(source, block), target, to + 4L * i);
        }
    }

    private static final ByteVector LEVELS = ByteVector.fromArray(ByteVector.SPECIES_128, NonlinearBlocks.LEVELS, 0);

    /// Stores the levels of 16 low nibbles, then of 16 high ones, times `scale`. The 32 levels are put at the end of
    /// the 128 bytes that take the results, so reading them stays ahead of writing.
    static void storeLevels(MemorySegment source, long at, float scale, MemorySegment target, long to) {
        ByteVector pairs = ByteVector.fromMemorySegment(ByteVector.SPECIES_128, source, at, ByteOrder.LITTLE_ENDIAN);
        ByteVector high = pairs.lanewise(VectorOperators.LSHR, 4).and((byte) 15);
        pairs.and((byte) 15).selectFrom(LEVELS).intoMemorySegment(target, to + 96, ByteOrder.LITTLE_ENDIAN);
        high.selectFrom(LEVELS).intoMemorySegment(target, to + 112, ByteOrder.LITTLE_ENDIAN);
        storeSigned(target, to + 96, BLOCK, scale, target, to);
    }
}
