package dev.lilla.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The cached keys and values of one sequence, layer and K/V head, by position.
///
/// @param blocks numbers of the sequence's blocks, in order
record KvHead(HostKvBlocks cache, int layer, int head, int[] blocks) {
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// The memory of the block that holds a position.
    MemorySegment block(int position) {
        return cache.memory(blocks[position / KvLayout.BLOCK_TOKENS]);
    }

    /// Reads a key, exactly as cached, into the first `headDim` elements.
    void readKey(int position, float[] target) {
        read(block(position), cache.planes().keys(layer, head), position % KvLayout.BLOCK_TOKENS, target);
    }

    void readValue(int position, float[] target) {
        read(block(position), cache.planes().values(layer, head), position % KvLayout.BLOCK_TOKENS, target);
    }

    void writeKey(int position, float[] source) {
        write(block(position), cache.planes().keys(layer, head), position % KvLayout.BLOCK_TOKENS, source);
    }

    void writeValue(int position, float[] source) {
        write(block(position), cache.planes().values(layer, head), position % KvLayout.BLOCK_TOKENS, source);
    }

    private void read(MemorySegment block, long plane, int token, float[] target) {
        int headDim = cache.planes().headDim(layer);
        long row = plane + token * KvPlanes.rowBytes(cache.planes().type(), headDim);
        switch (cache.planes().type()) {
            case F32 -> MemorySegment.copy(block, HostMatrix.FLOAT, row, target, 0, headDim);
            case F16 -> {
                for (int i = 0; i < headDim; i++) {
                    target[i] = Float.float16ToFloat(block.get(HALF, row + 2L * i));
                }
            }
            case Q8_0 -> {
                long scales = plane + KvPlanes.scales(headDim, token);
                for (int i = 0; i < headDim; i++) {
                    float scale = Float.float16ToFloat(block.get(HALF, scales + 2L * (i / KvPlanes.GROUP)));
                    target[i] = block.get(ValueLayout.JAVA_BYTE, row + i) * scale;
                }
            }
        }
    }

    private void write(MemorySegment block, long plane, int token, float[] source) {
        int headDim = cache.planes().headDim(layer);
        long row = plane + token * KvPlanes.rowBytes(cache.planes().type(), headDim);
        switch (cache.planes().type()) {
            case F32 -> MemorySegment.copy(source, 0, block, HostMatrix.FLOAT, row, headDim);
            case F16 -> {
                for (int i = 0; i < headDim; i++) {
                    block.set(HALF, row + 2L * i, Float.floatToFloat16(source[i]));
                }
            }
            case Q8_0 -> {
                long scales = plane + KvPlanes.scales(headDim, token);
                for (int from = 0; from < headDim; from += KvPlanes.GROUP) {
                    int to = Math.min(from + KvPlanes.GROUP, headDim);
                    short scale = quantize(source, from, to, block, row);
                    block.set(HALF, scales + 2L * (from / KvPlanes.GROUP), scale);
                }
            }
        }
    }

    /// Writes elements `from` to `to` as bytes, the largest magnitude as 127 (ggml's `quantize_row_q8_0`), and returns
    /// the scale as a half.
    private static short quantize(float[] source, int from, int to, MemorySegment block, long row) {
        float largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(source[i]));
        }
        float scale = largest / 127;
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = from; i < to; i++) {
            block.set(ValueLayout.JAVA_BYTE, row + i, (byte) Math.round(source[i] * inverse));
        }
        return Float.floatToFloat16(scale);
    }
}
