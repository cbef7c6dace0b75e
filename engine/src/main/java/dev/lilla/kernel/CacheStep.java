package dev.lilla.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// The operands of writing a step's keys and values into the cache.
///
/// @param keys `[rows, kvHeads, headDim]`
/// @param values the same
record CacheStep(Heads keys, Heads values, HostKvBlocks cache, int layer, List<Span> spans) {
    /// Writes some rows one after the other, as [KvHead] defines it.
    void store(int from, int to, Scratch scratch) {
        float[] cell = scratch.floats(keys.headDim());
        for (int row = from; row < to; row++) {
            Span span = Kernels.spanOf(spans, row);
            for (int head = 0; span != null && head < keys.heads(); head++) {
                int position = span.position() + row - span.row();
                KvHead target = new KvHead(cache, layer, head, span.blocks());
                copyHead(keys, row, head, cell);
                target.writeKey(position, cell);
                copyHead(values, row, head, cell);
                target.writeValue(position, cell);
            }
        }
    }

    private static void copyHead(Heads heads, int row, int head, float[] target) {
        HostMatrix data = (HostMatrix) heads.data();
        long at = data.at(row, heads.offset() + head * heads.stride());
        MemorySegment.copy(data.memory(), HostMatrix.FLOAT, at, target, 0, heads.headDim());
    }
}
