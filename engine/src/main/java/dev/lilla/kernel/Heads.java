package dev.lilla.kernel;

/// The heads of queries, keys or values inside the rows of a projection: `[rows, heads, headDim]`.
///
/// Head `h` occupies columns `offset + h * stride` to `offset + h * stride + headDim` of every row, so fused
/// projections (`[q; k; v]`, or k and v interleaved head by head) are read where they lie.
///
/// @param offset first column of head 0
/// @param stride columns from one head to the next, at least `headDim`
public record Heads(Activation data, int offset, int heads, int headDim, int stride) {
    public Heads {
        if (heads < 1 || headDim < 1 || stride < headDim || offset < 0) {
            throw new IllegalArgumentException("no layout of heads: offset " + offset + ", " + heads + " heads of "
                    + headDim + ", stride " + stride);
        }
        if (offset + (long) (heads - 1) * stride + headDim > data.columns()) {
            throw new IllegalArgumentException(heads + " heads of " + headDim + " at stride " + stride + " from column "
                    + offset + " do not fit into " + data.columns() + " columns");
        }
    }

    /// The same heads of `count` rows from row `from` on.
    public Heads rows(int from, int count) {
        return new Heads(data.rows(from, count), offset, heads, headDim, stride);
    }
}
