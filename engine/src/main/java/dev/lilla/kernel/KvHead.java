package dev.lilla.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The cached keys and values of one sequence, layer and K/V head, by position: the definition of what a cache
/// holds.
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
        read(block(position), cache.planes().key(layer, head, position % KvLayout.BLOCK_TOKENS), target);
    }

    void readValue(int position, float[] target) {
        read(block(position), cache.planes().value(layer, head, position % KvLayout.BLOCK_TOKENS), target);
    }

    void writeKey(int position, float[] source) {
        write(block(position), cache.planes().key(layer, head, position % KvLayout.BLOCK_TOKENS), source);
    }

    void writeValue(int position, float[] source) {
        write(block(position), cache.planes().value(layer, head, position % KvLayout.BLOCK_TOKENS), source);
    }

    private void read(MemorySegment block, KvPlanes.Cell cell, float[] target) {
        int headDim = cache.planes().headDim(layer);
        long at = cell.first();
        switch (cache.planes().type()) {
            case F32 -> {
                for (int i = 0; i < headDim; i++, at += cell.step()) {
                    target[i] = block.get(HostMatrix.FLOAT, at);
                }
            }
            case F16 -> {
                for (int i = 0; i < headDim; i++, at += cell.step()) {
                    target[i] = Float.float16ToFloat(block.get(HALF, at));
                }
            }
            case Q8_0 -> {
                for (int i = 0; i < headDim; i++, at += cell.step()) {
                    long scale = cell.scales() + i / KvPlanes.GROUP * cell.scaleStep();
                    target[i] = block.get(ValueLayout.JAVA_BYTE, at) * Float.float16ToFloat(block.get(HALF, scale));
                }
            }
        }
    }

    private void write(MemorySegment block, KvPlanes.Cell cell, float[] source) {
        int headDim = cache.planes().headDim(layer);
        long at = cell.first();
        switch (cache.planes().type()) {
            case F32 -> {
                for (int i = 0; i < headDim; i++, at += cell.step()) {
                    block.set(HostMatrix.FLOAT, at, source[i]);
                }
            }
            case F16 -> {
                for (int i = 0; i < headDim; i++, at += cell.step()) {
                    block.set(HALF, at, Float.floatToFloat16(source[i]));
                }
            }
            case Q8_0 -> {
                for (int from = 0; from < headDim; from += KvPlanes.GROUP) {
                    int to = Math.min(from + KvPlanes.GROUP, headDim);
                    short scale = quantize(source, from, to, block, cell);
                    block.set(HALF, cell.scales() + from / KvPlanes.GROUP * cell.scaleStep(), scale);
                }
            }
        }
    }

    /// Writes elements `from` to `to` as bytes, the largest magnitude as 127 (ggml's `quantize_row_q8_0`), and
    /// returns the scale as a half. Ties go to the even neighbor, as vector instructions round. A group with an
    /// element that is not a number has such a scale; the element itself becomes 0.
    private static short quantize(float[] source, int from, int to, MemorySegment block, KvPlanes.Cell cell) {
        float largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(source[i]));
        }
        float scale = largest / 127;
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = from; i < to; i++) {
            byte value = (byte) Math.rint(source[i] * inverse);
            block.set(ValueLayout.JAVA_BYTE, cell.first() + i * cell.step(), value);
        }
        return Float.floatToFloat16(scale);
    }
}
