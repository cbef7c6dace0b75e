package dev.lilla.optimize;

import java.util.List;

/// What of a decoder stays: which layers, and of each of them which K/V groups and which neurons of
/// its feed-forward block, all in rising order.
///
/// @param layers numbers of the layers that stay
/// @param groups for each of these, the K/V heads that stay, with their query heads
/// @param neurons for each of these, the columns of `ffn_down` that stay
public record Cuts(List<Integer> layers, List<int[]> groups, List<int[]> neurons) {
    public Cuts {
        layers = List.copyOf(layers);
        groups = List.copyOf(groups);
        neurons = List.copyOf(neurons);
    }
}
