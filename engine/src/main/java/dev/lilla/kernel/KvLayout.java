package dev.lilla.kernel;

import java.util.List;

/// What one block of a key/value cache holds: [#BLOCK_TOKENS] tokens of every layer.
///
/// @param layers heads and head dimension of each layer, in order
public record KvLayout(KvType type, List<Layer> layers) {
    /// Tokens in a block: two AMX k steps of the value product, four tile rows of the key product.
    public static final int BLOCK_TOKENS = 64;

    public KvLayout {
        layers = List.copyOf(layers);
    }

    /// The K/V heads of one layer.
    public record Layer(int kvHeads, int headDim) {}
}
