package dev.lilla.model;

import java.util.Set;

/// What of a model is to be trained as low-rank changes (Hu et al., arXiv 2106.09685).
///
/// @param weights names in the spec of the linear maps that are changed
/// @param rank inner dimension of the changes
/// @param scaling factor on them: `alpha / rank`, or `alpha / sqrt(rank)` for rank-stabilized adapters
/// @param dropout share of the inputs that are set to zero at random while training
/// @param seed of the initial values of the down matrices; the up matrices begin at zero
public record LoraSetup(Set<String> weights, int rank, float scaling, float dropout, long seed) {
    public LoraSetup {
        weights = Set.copyOf(weights);
        if (weights.isEmpty()) {
            throw new IllegalArgumentException("an adapter changes at least one weight");
        }
        if (rank < 1 || !Float.isFinite(scaling) || !(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("no adapter: rank " + rank + ", scaling " + scaling + ", dropout "
                    + dropout + ". The rank is at least 1, and dropout from 0 to below 1.");
        }
    }
}
