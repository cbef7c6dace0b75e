package dev.lilla.kernel.x64;

/// What attention kernels are made for: each combination has code of its own, with all strides as constants.
///
/// @param headDim elements of a head
/// @param isCapped whether scores pass through `cap * tanh(score / cap)`
public record AttentionShape(Isa isa, CacheFormat format, int headDim, boolean isCapped) {
    /// Tokens of a cache block.
    public static final int TOKENS = 64;

    /// Elements along the head that share a scale.
    public static final int GROUP = 32;

    /// Bytes of a row of scores.
    static final int SCORE_BYTES = TOKENS * Float.BYTES;

    /// Bytes of the vectors behind the sums of a partial result: sums of weights, and the maximum in all lanes.
    static final int STATE_VECTORS = 2 * 64;

    /// Displacements in the code are 32 bits, and of some 50 rows.
    private static final int HEAD_DIM_MAX = 4096;

    public AttentionShape {
        if (headDim < 1 || headDim > HEAD_DIM_MAX) {
            throw new IllegalArgumentException("heads of " + headDim + " elements, expected 1 to " + HEAD_DIM_MAX);
        }
    }

    /// How keys and values are stored.
    public enum CacheFormat {
        F32(4),
        F16(2),
        /// Signed bytes, with an f16 scale for every [#GROUP] along the head.
        Q8_0(1);

        private final int elementBytes;

        CacheFormat(int elementBytes) {
            this.elementBytes = elementBytes;
        }

        int elementBytes() {
            return elementBytes;
        }
    }

    /// Elements of a value row: `headDim`, filled up to whole vectors of 16.
    public int stride() {
        return (headDim + 15) / 16 * 16;
    }

    /// Bytes of a row of queries, or of unpacked values, as f32.
    public int rowBytes() {
        return stride() * Float.BYTES;
    }

    /// Bytes of a partial result.
    public int stateBytes() {
        return rowBytes() + STATE_VECTORS;
    }

    /// Bytes of an unpacked block of keys `[headDim][64]` or values `[64][stride]`.
    public int panelBytes() {
        return TOKENS * rowBytes();
    }

    int groups() {
        return (headDim + GROUP - 1) / GROUP;
    }

    /// Bytes of the keys of a block; the values follow.
    public int keyBytes() {
        return TOKENS * headDim * format.elementBytes() + scaleBytes();
    }

    public int valueBytes() {
        return TOKENS * stride() * format.elementBytes() + scaleBytes();
    }

    private int scaleBytes() {
        return format == CacheFormat.Q8_0 ? TOKENS * groups() * 2 : 0;
    }

    int lanes() {
        return isa.lanes();
    }

    int vectorBytes() {
        return isa.vectorBits() / 8;
    }
}
