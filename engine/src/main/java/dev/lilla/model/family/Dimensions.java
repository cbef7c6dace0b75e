package dev.lilla.model.family;

import dev.lilla.format.ModelFormatException;

/// The sizes of a decoder whose layers are all alike.
///
/// @param hidden width of the residual stream
/// @param heads query heads, a multiple of `kvHeads`
/// @param headDim elements of a head; `heads * headDim` need not be `hidden`
/// @param ffn width of the feed-forward block, of one half of it where it is gated
/// @param vocab rows of the embedding table, padding included
/// @param contextLength positions the model was made for
/// @param epsilon of every norm
public record Dimensions(
        int hidden,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        int ffn,
        int vocab,
        int contextLength,
        float epsilon) {
    /// The widest matrix that is believed; published models stay below a million.
    static final int WIDTH_MAX = 1 << 24;
    /// The most layers that are believed; published models stay below 200.
    static final int LAYERS_MAX = 1 << 10;
    /// The longest context that is believed; published models stay below 11 million.
    static final int CONTEXT_MAX = 1 << 28;

    /// These sizes, checked against each other.
    ///
    /// @param file named in errors
    Dimensions checkedFor(String file) {
        if (heads % kvHeads != 0) {
            throw new ModelFormatException(file + ": has " + heads + " attention heads and " + kvHeads
                    + " key/value heads, expected the first to be a multiple of the second."
                    + " Download the model again, or correct the values.");
        }
        if (headDim % 2 != 0) {
            throw new ModelFormatException(file + ": has attention heads of " + headDim
                    + " elements, expected an even number, as they are turned in pairs."
                    + " Download the model again, or correct the values.");
        }
        if (((long) heads + 2L * kvHeads) * headDim > WIDTH_MAX) {
            throw new ModelFormatException(file + ": has " + heads + " heads of " + headDim
                    + " elements, expected queries, keys and values of at most " + WIDTH_MAX
                    + " together. Download the model again, or correct the values.");
        }
        return this;
    }

    /// Columns of all query heads.
    public int queryWidth() {
        return heads * headDim;
    }

    /// Columns of all key heads, and of all value heads.
    public int kvWidth() {
        return kvHeads * headDim;
    }

    /// Columns of queries, keys and values together.
    public int qkvWidth() {
        return queryWidth() + 2 * kvWidth();
    }
}
