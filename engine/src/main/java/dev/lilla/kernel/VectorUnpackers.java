package dev.lilla.kernel;

import static dev.lilla.kernel.VectorMemory.bits32;
import static dev.lilla.kernel.VectorMemory.bytes;
import static dev.lilla.kernel.VectorMemory.half;
import static dev.lilla.kernel.VectorMemory.set;
import static dev.lilla.kernel.VectorMemory.shorts;
import static dev.lilla.kernel.VectorMemory.store;
import static dev.lilla.kernel.VectorWidth.BYTES;
import static dev.lilla.kernel.VectorWidth.FLOATS;
import static dev.lilla.kernel.VectorWidth.INTS;
import static dev.lilla.kernel.VectorWidth.LANES;
import static dev.lilla.kernel.VectorWidth.STEP;

import dev.lilla.tensor.ElementType;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// One [Unpacker] for each element type; [SuperUnpackers] has those of 256 elements a block.
final class VectorUnpackers {
    /// A vector of bytes has twice the lanes of one of floats at 128 bits, else as many.
    static final boolean TWO_PARTS = BYTES.length() == 2 * LANES;

    static final int NIBBLES = 0x0F0F0F0F;

    private static final int BLOCK = 32;
    private static final IntVector IOTA = IntVector.zero(INTS).addIndex(1);
    private static final ByteVector LEVELS = ByteVector.fromArray(ByteVector.SPECIES_128, NonlinearBlocks.LEVELS, 0);

    /// The exponents of f16 and f32 are 112 apart: an f16's bits, moved to the places of an f32, times this.
    private static final float HALF_SCALE = 0x1p112f;

    private VectorUnpackers() {}

    static Unpacker of(ElementType type) {
        return switch (type) {
            case F32 -> (at, count, to) -> VectorMemory.copy(at, to, (long) count * Float.BYTES);
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

    /// Bits of every byte, from bit `shift` on: four bytes are shifted as one, since there are no shifts of bytes.
    ///
    /// @param mask of what is kept, for each of four bytes
    static ByteVector field(ByteVector packed, int shift, int mask) {
        return packed.reinterpretAsInts()
                .lanewise(VectorOperators.LSHR, shift)
                .and(mask)
                .reinterpretAsBytes();
    }

    /// Stores bytes as floats, times `scale` plus `added`.
    static void storeScaled(ByteVector quants, FloatVector scale, FloatVector added, long to) {
        store(((FloatVector) quants.castShape(FLOATS, 0)).fma(scale, added), to);
        if (TWO_PARTS) {
            store(((FloatVector) quants.castShape(FLOATS, 1)).fma(scale, added), to + STEP);
        }
    }

    private static void unpackF64(long at, int count, long to) {
        for (int i = 0; i < count; i++) {
            set(to + 4L * i, (float) Double.longBitsToDouble(VectorMemory.bits64(at + 8L * i)));
        }
    }

    private static void unpackBF16(long at, int count, long to) {
        int i = 0;
        for (; i + LANES <= count; i += LANES) {
            store(brainFloats(at + 2L * i), to + 4L * i);
        }
        for (; i < count; i++) {
            set(to + 4L * i, Float.intBitsToFloat(VectorMemory.bits16(at + 2L * i) << 16));
        }
    }

    static void unpackF16(long at, int count, long to) {
        int i = 0;
        for (; i + LANES <= count; i += LANES) {
            store(halves(at + 2L * i), to + 4L * i);
        }
        for (; i < count; i++) {
            set(to + 4L * i, half(at + 2L * i));
        }
    }

    static FloatVector brainFloats(long at) {
        return shorts(at).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    static FloatVector halves(long at) {
        IntVector bits = shorts(at);
        IntVector magnitude = bits.and(0x7FFF).lanewise(VectorOperators.LSHL, 13);
        IntVector scaled = magnitude.reinterpretAsFloats().mul(HALF_SCALE).reinterpretAsInts();
        // Infinities and NaN have all bits of the exponent in either format.
        IntVector exact = scaled.blend(scaled.or(0x7F80_0000), bits.and(0x7C00).compare(VectorOperators.EQ, 0x7C00));
        return exact.or(bits.and(0x8000_0000)).reinterpretAsFloats();
    }

    private static void unpackQ8(long at, int count, long to) {
        long block = at;
        for (int i = 0; i < count; i += BLOCK, block += 34) {
            storeSigned(block + 2, BLOCK, half(block), to + 4L * i);
        }
    }

    /// Stores `count` signed bytes times `scale`; a multiple of 16.
    static void storeSigned(long at, int count, float scale, long to) {
        FloatVector factor = FloatVector.broadcast(FLOATS, scale);
        for (int j = 0; j < count; j += BYTES.length()) {
            ByteVector quants = bytes(at + j);
            store(((FloatVector) quants.castShape(FLOATS, 0)).mul(factor), to + 4L * j);
            if (TWO_PARTS) {
                store(((FloatVector) quants.castShape(FLOATS, 1)).mul(factor), to + 4L * j + STEP);
            }
        }
    }

    private static void unpackQ4Symmetric(long at, int count, long to) {
        long block = at;
        for (int i = 0; i < count; i += BLOCK, block += 18) {
            float d = half(block);
            storeNibbles(block + 2, d, -8 * d, to + 4L * i);
        }
    }

    private static void unpackQ4Affine(long at, int count, long to) {
        long block = at;
        for (int i = 0; i < count; i += BLOCK, block += 20) {
            storeNibbles(block + 4, half(block), half(block + 2), to + 4L * i);
        }
    }

    /// Stores 16 low nibbles, then 16 high ones, times `scale` plus `added`.
    private static void storeNibbles(long at, float scale, float added, long to) {
        FloatVector factor = FloatVector.broadcast(FLOATS, scale);
        FloatVector addend = FloatVector.broadcast(FLOATS, added);
        for (int j = 0; j < 16; j += BYTES.length()) {
            ByteVector pairs = bytes(at + j);
            storeScaled(field(pairs, 0, NIBBLES), factor, addend, to + 4L * j);
            storeScaled(field(pairs, 4, NIBBLES), factor, addend, to + 4L * j + 64);
        }
    }

    private static void unpackQ5Symmetric(long at, int count, long to) {
        long block = at;
        for (int i = 0; i < count; i += BLOCK, block += 22) {
            float d = half(block);
            storeFifths(block + 2, d, -16 * d, to + 4L * i);
        }
    }

    private static void unpackQ5Affine(long at, int count, long to) {
        long block = at;
        for (int i = 0; i < count; i += BLOCK, block += 24) {
            storeFifths(block + 4, half(block), half(block + 2), to + 4L * i);
        }
    }

    /// As [#storeNibbles], with 32 fifth bits before the nibbles.
    private static void storeFifths(long at, float scale, float added, long to) {
        FloatVector factor = FloatVector.broadcast(FLOATS, scale);
        FloatVector addend = FloatVector.broadcast(FLOATS, added);
        int fifths = bits32(at);
        for (int j = 0; j < 16; j += BYTES.length()) {
            ByteVector pairs = bytes(at + 4 + j);
            storeFive((IntVector) pairs.castShape(INTS, 0), fifths >>> j, factor, addend, to + 4L * j);
            if (TWO_PARTS) {
                int next = fifths >>> (j + LANES);
                storeFive((IntVector) pairs.castShape(INTS, 1), next, factor, addend, to + 4L * j + STEP);
            }
        }
    }

    private static void storeFive(IntVector pairs, int fifths, FloatVector factor, FloatVector addend, long to) {
        IntVector bits = IntVector.broadcast(INTS, fifths).lanewise(VectorOperators.LSHR, IOTA);
        IntVector low = bits.and(1).lanewise(VectorOperators.LSHL, 4).or(pairs.and(15));
        IntVector high = bits.lanewise(VectorOperators.LSHR, 16).and(1).lanewise(VectorOperators.LSHL, 4);
        high = high.or(pairs.lanewise(VectorOperators.LSHR, 4).and(15));
        store(((FloatVector) low.castShape(FLOATS, 0)).fma(factor, addend), to);
        store(((FloatVector) high.castShape(FLOATS, 0)).fma(factor, addend), to + 64);
    }

    private static void unpackLevels(long at, int count, long to) {
        long block = at;
        for (int i = 0; i < count; i += BLOCK, block += 18) {
            storeLevels(block + 2, half(block), to + 4L * i);
        }
    }

    /// Stores the levels of 16 low nibbles, then of 16 high ones, times `scale`. The 32 levels are put at the end of
    /// the 128 bytes that take the results, so reading them stays ahead of writing.
    static void storeLevels(long at, float scale, long to) {
        ByteVector pairs = VectorMemory.sixteenBytes(at);
        VectorMemory.storeSixteen(field(pairs, 0, NIBBLES).selectFrom(LEVELS), to + 96);
        VectorMemory.storeSixteen(field(pairs, 4, NIBBLES).selectFrom(LEVELS), to + 112);
        storeSigned(to + 96, BLOCK, scale, to);
    }
}
