package dev.lilla.kernel;

import java.util.List;

/// The operands of one layer's attention.
///
/// @param queries `[rows, heads, headDim]`
/// @param out `[rows, heads * headDim]`
record AttentionStep(
        Heads queries, HostKvBlocks cache, int layer, AttentionMask mask, List<Span> spans, HostMatrix out) {
    /// Query heads that share a K/V head.
    int group() {
        return queries.heads() / cache.layout().layers().get(layer).kvHeads();
    }

    HostMatrix queryData() {
        return (HostMatrix) queries.data();
    }
}
