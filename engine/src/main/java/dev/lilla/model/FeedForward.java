package dev.lilla.model;

import dev.lilla.kernel.ActivationFunction;
import java.util.List;
import java.util.Optional;

/// What transforms each token on its own.
public sealed interface FeedForward {
    /// Before the first map.
    Norm norm();

    /// Of the output, before it is added to the stream (Gemma 2 and 3).
    Optional<Norm> postNorm();

    /// The last map, `[hidden, ffn]`.
    Linear down();

    /// `down(function(gate(x)) * up(x))` (Shazeer, arXiv 2002.05202).
    ///
    /// @param parts the maps that write adjacent columns of one buffer, fused or split, as the checkpoint has them
    /// @param gateOffset first column of the gate in it, `ffn` columns long
    /// @param upOffset first column of the other half
    record Gated(
            Norm norm,
            List<Linear> parts,
            int gateOffset,
            int upOffset,
            int ffn,
            ActivationFunction function,
            Linear down,
            Optional<Norm> postNorm)
            implements FeedForward {
        public Gated {
            parts = List.copyOf(parts);
        }
    }

    /// `down(function(up(x)))`.
    record Plain(Norm norm, Linear up, ActivationFunction function, Linear down, Optional<Norm> postNorm)
            implements FeedForward {}
}
