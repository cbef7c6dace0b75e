package dev.lilla.kernel;

import java.util.List;

/// What one block of a key/value cache holds: [#BLOCK_TOKENS] tokens of every layer.
///
/// @param layers heads and head dimension of each layer, in order
public record KvLayout(KvType type, List<Layer> layers) {
    /// Tokens in a block: four vectors of 16 scores, and two AMX k steps of the value product.
    public static final int BLOCK_TOKENS = 64;

    public KvLayout {
        layers = List.copyOf(layers);
    }

    /// The K/V heads of one layer.
    public record Layer(int kvHeads, int headDim) {}
}
