package dev.lilla.model;

import java.util.List;

/// The linear maps that make queries, keys and values, fused or split, as the checkpoint has them.
///
/// The maps write adjacent columns of one buffer, in order; the layouts say where each head lies in it. So a fused
/// matrix stays fused, and its adapters keep the parametrization they were trained with.
public record Projection(List<Linear> parts, HeadLayout query, HeadLayout key, HeadLayout value) {
    public Projection {
        parts = List.copyOf(parts);
    }

    /// Columns of the buffer.
    public int width() {
        return parts.stream().mapToInt(Linear::out).sum();
    }

    /// Where heads lie in the columns: head `h` from `offset + h * stride` on, `headDim` long.
    public record HeadLayout(int offset, int heads, int headDim, int stride) {
        /// Heads next to each other.
        public static HeadLayout adjacent(int offset, int heads, int headDim) {
            return new HeadLayout(offset, heads, headDim, headDim);
        }

        /// Columns of all heads together.
        public int width() {
            return heads * headDim;
        }
    }
}
