package dev.lilla.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// The operands of one layer's attention, and how it is cut into tasks.
///
/// A row's result is defined by splits of [#SPLIT_KEYS] keys at fixed positions of its sequence: each gives a
/// partial softmax, and those are merged in order. So it has the same bits whether one task goes through all
/// splits of a tile or each split is a task of its own, which serves a single row over a long context by all
/// threads.
///
/// @param rounds whether there are tiles of long prompts and they may be rounded
/// @param queries `[rows, heads, headDim]`
/// @param out `[rows, heads * headDim]`
/// @param splits tasks of a tile: 1, or as many as the longest sequence has splits
/// @param states where tasks of one split leave their partial softmax, for [Kernels#merge]; empty if `splits` is
///     1
record AttentionStep(
        boolean rounds,
        Heads queries,
        HostKvBlocks cache,
        int layer,
        AttentionMask mask,
        List<AttentionTile> tiles,
        HostMatrix out,
        int splits,
        MemorySegment states) {
    /// Keys of a split. With f16 and 64 elements a head they are 256 KiB, some 12 µs of reading: ten times what a
    /// task and its merge cost, and few enough that 4,096 keys of one K/V head busy four threads.
    static final int SPLIT_KEYS = 1024;

    /// Tiles for a thread from which on they need no splitting to keep all threads busy to the end.
    private static final int TILES_PER_THREAD = 4;

    /// One task a tile.
    static AttentionStep whole(
            Heads queries, HostKvBlocks cache, int layer, AttentionMask mask, AttentionRows rows, HostMatrix out) {
        int kvHeads = cache.layout().layers().get(layer).kvHeads();
        List<AttentionTile> tiles = AttentionTile.of(rows, kvHeads, queries.heads() / kvHeads);
        return new AttentionStep(
                !rows.prompts().isEmpty(), queries, cache, layer, mask, tiles, out, 1, MemorySegment.NULL);
    }

    /// The same tasks, none of them rounded.
    AttentionStep exact() {
        return !rounds ? this : new AttentionStep(false, queries, cache, layer, mask, tiles, out, splits, states);
    }

    /// The same with a task for every split, if there are too few tiles for so many threads.
    ///
    /// @param memory for the partial results
    AttentionStep split(int threads, Scratch memory) {
        int keys = longest();
        if (threads == 1 || keys <= SPLIT_KEYS || tiles.size() >= threads * TILES_PER_THREAD) {
            return this;
        }
        return splitInto(Math.ceilDiv(keys, SPLIT_KEYS), memory);
    }

    AttentionStep splitInto(int count, Scratch memory) {
        MemorySegment room = memory.memory((long) tiles.size() * count * tileStateBytes());
        return new AttentionStep(rounds, queries, cache, layer, mask, tiles, out, count, room);
    }

    /// Positions of the longest sequence.
    int longest() {
        int keys = 0;
        for (AttentionTile tile : tiles) {
            keys = Math.max(keys, tile.lastKey() + 1);
        }
        return keys;
    }

    int tasks() {
        return Math.multiplyExact(tiles.size(), splits);
    }

    /// Bytes of the partial result of a row: sums of values, then a vector of sums of weights and one of the
    /// maximum.
    int stateBytes() {
        return (KvPlanes.stride(queries.headDim()) + 2 * KvPlanes.LANES) * Float.BYTES;
    }

    private long tileStateBytes() {
        return (long) AttentionTile.ROWS_MAX * stateBytes();
    }

    /// The byte of the partial results of a task.
    long state(int task) {
        return task * tileStateBytes();
    }

    /// Query heads that share a K/V head.
    int group() {
        return queries.heads() / cache.layout().layers().get(layer).kvHeads();
    }

    HostMatrix queryData() {
        return (HostMatrix) queries.data();
    }
}
