package dev.lilla.kernel;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// The exact f32 value of every stored element, whatever its type: the definition of what a stored block means.
///
/// Quantized blocks follow ggml (`dequantize_row_*` in `ggml-quants.c`), products in the same order,
/// so results are equal bit for bit. Sources need no alignment. Stateless, for any number of threads.
public final class Dequantizer {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Blocks copied to the heap at once: 16 * 210 bytes at most, well inside a 32 KiB first-level cache.
    private static final int CHUNK_BLOCKS = 16;

    private Dequantizer() {}

    /// Unpacks one block.
    @FunctionalInterface
    interface BlockDecoder {
        /// @param source the bytes of the block begin at `at`
        /// @param target takes the elements from index `to` on
        void decode(byte[] source, int at, float[] target, int to);
    }

    /// Row `row` of a tensor, `[columns]`.
    ///
    /// @throws IllegalArgumentException if the elements are no real numbers
    /// @throws IndexOutOfBoundsException if there is no such row, or a row is too long for an array
    public static float[] row(Tensor tensor, long row) {
        Objects.checkIndex(row, tensor.shape().rows());
        long columns = tensor.shape().columns();
        if (columns > Integer.MAX_VALUE - 8) {
            throw new IndexOutOfBoundsException(
                    "tensor " + tensor.name() + ": a row of " + columns + " elements is too long for an array");
        }
        float[] target = new float[(int) columns];
        dequantize(tensor.type(), tensor.data(), row * tensor.rowBytes(), target, 0, target.length);
        return target;
    }

    /// Unpacks `count` elements that begin at `byteOffset`. Six parameters: two ranges and their type,
    /// used in inner loops where a record would be allocated for each row.
    ///
    /// @param from index of `target` that takes the first element
    /// @param count a whole number of blocks
    /// @throws IllegalArgumentException if the elements are no real numbers, or `count` no whole number of
    ///     blocks
    /// @throws IndexOutOfBoundsException if either range is outside its memory
    public static void dequantize(
            ElementType type, MemorySegment source, long byteOffset, float[] target, int from, int count) {
        Objects.checkFromIndexSize(from, count, target.length);
        Objects.checkFromIndexSize(byteOffset, type.byteSize(count), source.byteSize());
        switch (type) {
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    target[from + i] = (float) source.get(DOUBLE, byteOffset + 8L * i);
                }
            }
            case F32 -> MemorySegment.copy(source, FLOAT, byteOffset, target, from, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target[from + i] = Float.float16ToFloat(source.get(SHORT, byteOffset + 2L * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    target[from + i] = Float.intBitsToFloat(source.get(SHORT, byteOffset + 2L * i) << 16);
                }
            }
            case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS ->
                decodeBlocks(type, source.asSlice(byteOffset), target, from, count);
            case I64, I32, I16, I8, U8, BOOL ->
                throw new IllegalArgumentException("elements of type " + type + " are no real numbers");
        }
    }

    private static void decodeBlocks(ElementType type, MemorySegment source, float[] target, int from, int count) {
        BlockDecoder decoder = decoder(type);
        int blockBytes = type.blockBytes();
        int blocks = count / type.blockElements();
        byte[] chunk = new byte[Math.min(blocks, CHUNK_BLOCKS) * blockBytes];
        for (int first = 0; first < blocks; first += CHUNK_BLOCKS) {
            int chunkBlocks = Math.min(CHUNK_BLOCKS, blocks - first);
            MemorySegment.copy(
                    source, ValueLayout.JAVA_BYTE, (long) first * blockBytes, chunk, 0, chunkBlocks * blockBytes);
            for (int block = 0; block < chunkBlocks; block++) {
                decoder.decode(chunk, block * blockBytes, target, from + (first + block) * type.blockElements());
            }
        }
    }

    static BlockDecoder decoder(ElementType type) {
        return switch (type) {
            case Q4_0 -> SimpleBlocks::decodeQ4Symmetric;
            case Q4_1 -> SimpleBlocks::decodeQ4Affine;
            case Q5_0 -> SimpleBlocks::decodeQ5Symmetric;
            case Q5_1 -> SimpleBlocks::decodeQ5Affine;
            case Q8_0 -> SimpleBlocks::decodeQ8;
            case Q2_K -> SuperBlocks::decodeQ2;
            case Q3_K -> SuperBlocks::decodeQ3;
            case Q4_K -> SuperBlocks::decodeQ4;
            case Q5_K -> SuperBlocks::decodeQ5;
            case Q6_K -> SuperBlocks::decodeQ6;
            case IQ4_NL -> NonlinearBlocks::decodeSmall;
            case IQ4_XS -> NonlinearBlocks::decodeSuper;
            case F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL ->
                throw new IllegalArgumentException(type + " is not stored in blocks");
        };
    }
}
