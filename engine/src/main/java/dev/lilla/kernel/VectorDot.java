package dev.lilla.kernel;

import static dev.lilla.kernel.VectorMemory.bytes;
import static dev.lilla.kernel.VectorMemory.half;
import static dev.lilla.kernel.VectorMemory.load;
import static dev.lilla.kernel.VectorMemory.store;
import static dev.lilla.kernel.VectorWidth.FLOATS;
import static dev.lilla.kernel.VectorWidth.LANES;

import dev.lilla.tensor.ElementType;
import java.util.Optional;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;

/// Products of one stored row with one token, unpacked in registers: what decoding a single token
/// spends its time on. The values and the order of sums are those of [Unpacker] and [VectorMatmul], so
/// the bits are too. A row is read once, front to back, the way hardware prefetches best (KERNELS.md
/// 2).
///
/// Each keeps two vectors of partial sums, one of each half of 32, and passes as often over the row as vectors are
/// shorter than a half: once at 512 bits, twice at 256.
final class VectorDot {
    private static final int HALF_BYTES = 16 * Float.BYTES;
    private static final int SUPER = 256;

    private VectorDot() {}

    /// Adds the products to 32 partial sums.
    @FunctionalInterface
    interface Row {
        /// @param weight address of the first block
        /// @param in elements, a multiple of 32
        /// @param token address of the first element of the token
        /// @param sums address of the partial sums
        void add(long weight, int in, long token, long sums);
    }

    /// The product for rows of a type, where there is one faster than unpacking: not at 128 bits, where bytes come in
    /// eights and floats in fours.
    static Optional<Row> of(ElementType type, int in) {
        if (VectorUnpackers.TWO_PARTS || in % VectorMatmul.SUMS != 0) {
            return Optional.empty();
        }
        return switch (type) {
            case F32 -> Optional.of(VectorDot::addF32);
            case F16 -> Optional.of(VectorDot::addF16);
            case BF16 -> Optional.of(VectorDot::addBF16);
            case Q4_0 -> Optional.of(VectorDot::addQ4Symmetric);
            case Q8_0 -> Optional.of(VectorDot::addQ8);
            case Q4_K -> Optional.of(VectorDot::addQ4);
            case F64, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS, I64, I32, I16, I8, U8, BOOL ->
                Optional.empty();
        };
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }

    private static FloatVector floats(ByteVector quants) {
        return (FloatVector) quants.castShape(FLOATS, 0);
    }

    private static void addF32(long weight, int in, long token, long sums) {
        for (int lane = 0; lane < 16; lane += LANES) {
            long sum = sums + 4L * lane;
            FloatVector low = load(sum);
            FloatVector high = load(sum + HALF_BYTES);
            long w = weight + 4L * lane;
            long v = token + 4L * lane;
            for (int k = 0; k < in; k += VectorMatmul.SUMS) {
                low = load(w + 4L * k).fma(load(v + 4L * k), low);
                high = load(w + 4L * k + HALF_BYTES).fma(load(v + 4L * k + HALF_BYTES), high);
            }
            store(low, sum);
            store(high, sum + HALF_BYTES);
        }
    }

    private static void addF16(long weight, int in, long token, long sums) {
        for (int lane = 0; lane < 16; lane += LANES) {
            long sum = sums + 4L * lane;
            FloatVector low = load(sum);
            FloatVector high = load(sum + HALF_BYTES);
            long w = weight + 2L * lane;
            long v = token + 4L * lane;
            for (int k = 0; k < in; k += VectorMatmul.SUMS) {
                FloatVector a = VectorUnpackers.halves(w + 2L * k);
                FloatVector b = VectorUnpackers.halves(w + 2L * k + 32);
                low = a.fma(load(v + 4L * k), low);
                high = b.fma(load(v + 4L * k + HALF_BYTES), high);
            }
            store(low, sum);
            store(high, sum + HALF_BYTES);
        }
    }

    private static void addBF16(long weight, int in, long token, long sums) {
        for (int lane = 0; lane < 16; lane += LANES) {
            long sum = sums + 4L * lane;
            FloatVector low = load(sum);
            FloatVector high = load(sum + HALF_BYTES);
            long w = weight + 2L * lane;
            long v = token + 4L * lane;
            for (int k = 0; k < in; k += VectorMatmul.SUMS) {
                FloatVector a = VectorUnpackers.brainFloats(w + 2L * k);
                FloatVector b = VectorUnpackers.brainFloats(w + 2L * k + 32);
                low = a.fma(load(v + 4L * k), low);
                high = b.fma(load(v + 4L * k + HALF_BYTES), high);
            }
            store(low, sum);
            store(high, sum + HALF_BYTES);
        }
    }

    private static void addQ8(long weight, int in, long token, long sums) {
        for (int lane = 0; lane < 16; lane += LANES) {
            long sum = sums + 4L * lane;
            FloatVector low = load(sum);
            FloatVector high = load(sum + HALF_BYTES);
            long v = token + 4L * lane;
            long block = weight;
            for (int k = 0; k < in; k += VectorMatmul.SUMS, block += 34) {
                FloatVector d = broadcast(half(block));
                ByteVector p = bytes(block + 2 + lane);
                ByteVector q = bytes(block + 18 + lane);
                low = floats(p).mul(d).fma(load(v + 4L * k), low);
                FloatVector above = load(v + 4L * k + HALF_BYTES);
                high = floats(q).mul(d).fma(above, high);
            }
            store(low, sum);
            store(high, sum + HALF_BYTES);
        }
    }

    private static void addQ4Symmetric(long weight, int in, long token, long sums) {
        for (int lane = 0; lane < 16; lane += LANES) {
            long sum = sums + 4L * lane;
            FloatVector low = load(sum);
            FloatVector high = load(sum + HALF_BYTES);
            long v = token + 4L * lane;
            long block = weight;
            for (int k = 0; k < in; k += VectorMatmul.SUMS, block += 18) {
                float scale = half(block);
                FloatVector d = broadcast(scale);
                FloatVector offset = broadcast(-8 * scale);
                ByteVector pairs = bytes(block + 2 + lane);
                FloatVector p =
                        floats(VectorUnpackers.field(pairs, 0, 0x0F0F0F0F)).fma(d, offset);
                FloatVector q =
                        floats(VectorUnpackers.field(pairs, 4, 0x0F0F0F0F)).fma(d, offset);
                low = p.fma(load(v + 4L * k), low);
                high = q.fma(load(v + 4L * k + HALF_BYTES), high);
            }
            store(low, sum);
            store(high, sum + HALF_BYTES);
        }
    }

    private static void addQ4(long weight, int in, long token, long sums) {
        for (int lane = 0; lane < 16; lane += LANES) {
            long sum = sums + 4L * lane;
            FloatVector low = load(sum);
            FloatVector high = load(sum + HALF_BYTES);
            long v = token + 4L * lane;
            long block = weight;
            for (int k = 0; k < in; k += SUPER, block += 144) {
                float d = half(block);
                float min = -half(block + 2);
                long scales = SuperUnpackers.scales(block + 4);
                long mins = SuperUnpackers.mins(block + 4);
                for (int group = 0; group < 8; group++, v += VectorMatmul.SUM_BYTES) {
                    long quants = block + 16 + group / 2 * 32L + lane;
                    int shift = group % 2 * 4;
                    FloatVector p = floats(VectorUnpackers.field(bytes(quants), shift, 0x0F0F0F0F));
                    FloatVector q = floats(VectorUnpackers.field(bytes(quants + 16), shift, 0x0F0F0F0F));
                    FloatVector scale = broadcast(d * (scales >> (8 * group) & 63));
                    FloatVector added = broadcast(min * (mins >> (8 * group) & 63));
                    low = p.fma(scale, added).fma(load(v), low);
                    high = q.fma(scale, added).fma(load(v + HALF_BYTES), high);
                }
            }
            store(low, sum);
            store(high, sum + HALF_BYTES);
        }
    }
}
