package dev.lilla.kernel;

import dev.lilla.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// Stores f32 values as another type: the reference quantization of ggml, byte for byte, without importance
/// matrix.
///
/// Source of the algorithms: `quantize_row_*_ref` in `ggml-quants.c`, and `quantize_iq4_nl`,
/// `quantize_iq4_xs` with their default weights: what `llama-quantize` writes. Float operations keep
/// ggml's order, none is contracted into a fused one. Stateless, for any number of threads.
public final class Quantizer {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Quantizer() {}

    /// Packs one block. An encoder may keep scratch memory: one per thread.
    @FunctionalInterface
    interface BlockEncoder {
        /// @param values the elements of the block begin at `from`
        /// @param target takes the bytes of the block from index `at` on
        void encode(float[] values, int from, byte[] target, int at);
    }

    /// Packs `count` values that begin at index `from`. Six parameters, as [Dequantizer#dequantize].
    ///
    /// @param count a whole number of blocks
    /// @param target takes the bytes from `byteOffset` on, at any alignment
    /// @throws IllegalArgumentException if `type` is no real type, or `count` no whole number of its blocks
    /// @throws IndexOutOfBoundsException if either range is outside its memory
    public static void quantize(
            ElementType type, float[] values, int from, int count, MemorySegment target, long byteOffset) {
        Objects.checkFromIndexSize(from, count, values.length);
        Objects.checkFromIndexSize(byteOffset, type.byteSize(count), target.byteSize());
        switch (type) {
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    target.set(DOUBLE, byteOffset + 8L * i, values[from + i]);
                }
            }
            case F32 -> MemorySegment.copy(values, from, target, FLOAT, byteOffset, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target.set(SHORT, byteOffset + 2L * i, Float.floatToFloat16(values[from + i]));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    target.set(SHORT, byteOffset + 2L * i, bfloat16(values[from + i]));
                }
            }
            case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS ->
                encodeBlocks(type, values, from, count, target.asSlice(byteOffset));
            case I64, I32, I16, I8, U8, BOOL ->
                throw new IllegalArgumentException("real numbers cannot be stored as " + type);
        }
    }

    /// The nearest bfloat16, ties to even; a NaN stays one, made quiet.
    static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >> 16 | 0x40);
        }
        return (short) ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }

    private static void encodeBlocks(ElementType type, float[] values, int from, int count, MemorySegment target) {
        BlockEncoder encoder = encoder(type);
        byte[] block = new byte[type.blockBytes()];
        for (int i = 0; i < count / type.blockElements(); i++) {
            encoder.encode(values, from + i * type.blockElements(), block, 0);
            MemorySegment.copy(block, 0, target, ValueLayout.JAVA_BYTE, (long) i * block.length, block.length);
        }
    }

    static BlockEncoder encoder(ElementType type) {
        return switch (type) {
            case Q4_0 -> SimpleBlocks::encodeQ4Symmetric;
            case Q4_1 -> SimpleBlocks::encodeQ4Affine;
            case Q5_0 -> SimpleBlocks::encodeQ5Symmetric;
            case Q5_1 -> SimpleBlocks::encodeQ5Affine;
            case Q8_0 -> SimpleBlocks::encodeQ8;
            case Q2_K -> new SuperBlockEncoder()::encodeQ2;
            case Q3_K -> new SuperBlockEncoder()::encodeQ3;
            case Q4_K -> new SuperBlockEncoder()::encodeQ4;
            case Q5_K -> new SuperBlockEncoder()::encodeQ5;
            case Q6_K -> new SuperBlockEncoder()::encodeQ6;
            case IQ4_NL -> NonlinearBlocks::encodeSmall;
            case IQ4_XS -> new NonlinearBlocks()::encodeSuper;
            case F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL ->
                throw new IllegalArgumentException(type + " is not stored in blocks");
        };
    }
}
