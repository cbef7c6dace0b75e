package dev.lilla.kernel;

import java.util.List;

/// Where keys and values lie inside the memory of one cache block.
///
/// A block holds all layers one after the other; a layer its K/V heads; a head two planes, keys then values. Keys
/// lie transposed, so that the lanes of a vector are tokens in the product with a query and need no sum across
/// them; values lie token by token, so that the lanes are elements of the output
/// (docs/decisions/004-kv-layout.md). A plane begins at a multiple of 64 bytes:
///
/// | type | keys | values |
/// | --- | --- | --- |
/// | f32 | `[headDim][64]` little-endian floats | `[64][stride]` |
/// | f16 | `[headDim][64]` halves | `[64][stride]` |
/// | q8_0 | `[headDim][64]` signed bytes, then `[groups][64]` half scales | `[64][stride]`, then `[64][groups]` |
///
/// `stride` is `headDim` filled up to [#LANES] elements, so that whole vectors are read; what fills it is zero.
/// An element of q8_0 is `byte * scale`, with a scale for every [#GROUP] elements along the head; the last group
/// is shorter where 32 does not divide `headDim`.
final class KvPlanes {
    /// Elements along the head that share a q8_0 scale.
    static final int GROUP = 32;

    /// Value rows are a multiple of so many elements: the f32 lanes of the widest vector.
    static final int LANES = 16;

    private static final int TOKENS = KvLayout.BLOCK_TOKENS;

    private final KvType type;
    private final int[] headDims;
    private final long[] layerOffsets;
    private final long bytes;

    /// Where the elements of one token lie in a plane, in bytes: element `i` at `first + i * step`, the scale of
    /// its group at `scales + i / 32 * scaleStep`.
    record Cell(long first, long step, long scales, long scaleStep) {}

    /// @throws IllegalArgumentException if a layer has no heads, or a block is larger than a long can count
    KvPlanes(KvLayout layout) {
        List<KvLayout.Layer> layers = layout.layers();
        this.type = layout.type();
        this.headDims = new int[layers.size()];
        this.layerOffsets = new long[layers.size()];
        long offset = 0;
        for (int i = 0; i < headDims.length; i++) {
            KvLayout.Layer layer = layers.get(i);
            if (layer.kvHeads() < 1 || layer.headDim() < 1) {
                throw new IllegalArgumentException("layer " + i + " has no K/V heads: " + layer);
            }
            headDims[i] = layer.headDim();
            layerOffsets[i] = offset;
            offset = Math.addExact(offset, Math.multiplyExact((long) layer.kvHeads(), headBytes(layer.headDim())));
        }
        this.bytes = offset;
    }

    KvType type() {
        return type;
    }

    /// Bytes of a block, a multiple of 64.
    long bytes() {
        return bytes;
    }

    int headDim(int layer) {
        return headDims[layer];
    }

    /// The first byte of the keys of a head.
    long keys(int layer, int head) {
        return layerOffsets[layer] + head * headBytes(headDims[layer]);
    }

    /// The first byte of the values of a head.
    long values(int layer, int head) {
        return keys(layer, head) + keyBytes(headDims[layer]);
    }

    /// The key of a token, 0 to 63, in the plane of its head.
    Cell key(int layer, int head, int token) {
        int headDim = headDims[layer];
        long plane = keys(layer, head);
        long scales = plane + (long) TOKENS * headDim + 2L * token;
        return new Cell(plane + (long) token * elementBytes(), (long) TOKENS * elementBytes(), scales, 2L * TOKENS);
    }

    /// The value of a token.
    Cell value(int layer, int head, int token) {
        int stride = stride(headDims[layer]);
        long plane = values(layer, head);
        long scales = plane + (long) TOKENS * stride + 2L * token * groups(headDims[layer]);
        return new Cell(plane + (long) token * stride * elementBytes(), elementBytes(), scales, 2);
    }

    /// Elements from one value row to the next.
    static int stride(int headDim) {
        return Math.ceilDiv(headDim, LANES) * LANES;
    }

    /// Scales of a row.
    static int groups(int headDim) {
        return Math.ceilDiv(headDim, GROUP);
    }

    private int elementBytes() {
        return switch (type) {
            case F32 -> 4;
            case F16 -> 2;
            case Q8_0 -> 1;
        };
    }

    private long keyBytes(int headDim) {
        return planeBytes(headDim, groups(headDim));
    }

    private long headBytes(int headDim) {
        return keyBytes(headDim) + planeBytes(stride(headDim), groups(headDim));
    }

    private long planeBytes(long columns, int groups) {
        // 64 tokens: whole cache lines, whatever the columns.
        return TOKENS * (columns * elementBytes() + (type == KvType.Q8_0 ? 2L * groups : 0));
    }
}
