package dev.lilla.model;

/// The order of the rows of query and key matrices: GGUF's llama architecture stores them so that the elements of a
/// rotary pair are neighbors, Hugging Face half a head apart (MODELS.md A.2).
public final class RotaryRows {
    private RotaryRows() {}

    /// At index `i` the row of a half-split matrix that is row `i` of the interleaved one.
    ///
    /// @param headDim even
    public static int[] toInterleaved(int heads, int headDim) {
        requireEven(headDim);
        int[] rows = new int[Math.multiplyExact(heads, headDim)];
        for (int row = 0; row < rows.length; row++) {
            int within = row % headDim;
            rows[row] = row - within + within % 2 * (headDim / 2) + within / 2;
        }
        return rows;
    }

    /// At index `i` the row of an interleaved matrix that is row `i` of the half-split one.
    ///
    /// @param headDim even
    public static int[] toHalfSplit(int heads, int headDim) {
        requireEven(headDim);
        int[] rows = new int[Math.multiplyExact(heads, headDim)];
        for (int row = 0; row < rows.length; row++) {
            int within = row % headDim;
            rows[row] = row - within + within % (headDim / 2) * 2 + within / (headDim / 2);
        }
        return rows;
    }

    private static void requireEven(int headDim) {
        if (headDim < 2 || headDim % 2 != 0) {
            throw new IllegalArgumentException("rotary pairs need heads of an even length, not " + headDim);
        }
    }
}
