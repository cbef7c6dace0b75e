package dev.lilla.kernel;

import java.util.List;

/// Where keys and values lie inside the memory of one cache block.
///
/// A block holds all layers one after the other; a layer its K/V heads; a head two planes, keys then values. A plane is
/// `[64 tokens, headDim]`, row-major, and begins at a multiple of 64 bytes:
///
/// | type | plane |
/// | --- | --- |
/// | f32 | `[64][headDim]` little-endian floats |
/// | f16 | `[64][headDim]` halves |
/// | q8_0 | `[64][headDim]` signed bytes, then `[64][ceil(headDim / 32)]` half scales; value = byte * scale |
///
/// The last group of 32 of a q8_0 row is shorter where 32 does not divide `headDim`.
final class KvPlanes {
    /// Elements along the head that share a q8_0 scale.
    static final int GROUP = 32;

    private final KvType type;
    private final int[] headDims;
    private final long[] layerOffsets;
    private final long bytes;

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
            offset = Math.addExact(offset, Math.multiplyExact(2L * layer.kvHeads(), planeBytes(layer.headDim())));
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
        return layerOffsets[layer] + 2L * head * planeBytes(headDims[layer]);
    }

    /// The first byte of the values of a head.
    long values(int layer, int head) {
        return keys(layer, head) + planeBytes(headDims[layer]);
    }

    /// Bytes of a row of a plane, without scales.
    static long rowBytes(KvType type, int headDim) {
        return switch (type) {
            case F32 -> 4L * headDim;
            case F16 -> 2L * headDim;
            case Q8_0 -> headDim;
        };
    }

    /// Scales of a row.
    static int groups(int headDim) {
        return Math.ceilDiv(headDim, GROUP);
    }

    /// The byte, from the start of a plane, of the scales of a row.
    static long scales(int headDim, int token) {
        return (long) KvLayout.BLOCK_TOKENS * headDim + 2L * token * groups(headDim);
    }

    private long planeBytes(int headDim) {
        long elements = KvLayout.BLOCK_TOKENS * rowBytes(type, headDim);
        long plane = type == KvType.Q8_0 ? scales(headDim, KvLayout.BLOCK_TOKENS) : elements;
        return Math.ceilDiv(plane, Scratch.ALIGNMENT) * Scratch.ALIGNMENT;
    }
}
