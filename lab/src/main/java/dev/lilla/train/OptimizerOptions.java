package dev.lilla.train;

import java.util.Optional;

/// Settings of AdamW (Loshchilov and Hutter, arXiv 1711.05101), and of Muon beside it.
///
/// @param clip the largest norm of all gradients together; longer ones are scaled down to it; 0 for no limit
/// @param muon for the matrices of the layers, where all weights are trained; weight decay, rate and clip are the same
public record OptimizerOptions(
        double beta1, double beta2, double epsilon, Decay decay, double clip, Optional<Muon> muon) {
    /// Weight decay.
    ///
    /// @param rate what a step takes of a weight, as a part of the learning rate
    public record Decay(double rate, Of of) {
        /// Which weights decay.
        public enum Of {
            /// Matrices; norms and biases are left alone, as is the custom.
            MATRICES,
            ALL
        }
    }

    /// Settings of Muon (Jordan et al., 2024).
    ///
    /// @param momentum what is kept of the mean of the gradients, from 0 to below 1
    public record Muon(double momentum) {
        /// What its authors use.
        public static final Muon STANDARD = new Muon(0.95);

        public Muon {
            if (!(momentum >= 0 && momentum < 1)) {
                throw new IllegalArgumentException("the momentum of Muon is " + momentum + ", from 0 to below 1");
            }
        }
    }

    public OptimizerOptions {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0 && decay.rate() >= 0 && clip >= 0)) {
            throw new IllegalArgumentException("no setting of AdamW: betas " + beta1 + " and " + beta2
                    + " (from 0 to below 1), epsilon " + epsilon + " (above 0), weight decay " + decay.rate()
                    + " and clip " + clip + " (0 or more)");
        }
    }

    /// No decay; gradients clipped to a norm of 1.
    public static OptimizerOptions standard() {
        return new OptimizerOptions(0.9, 0.999, 1e-8, new Decay(0, Decay.Of.MATRICES), 1, Optional.empty());
    }
}
