package dev.lilla.model;

/// One layer: it mixes tokens, then transforms each of them, both added to the residual stream.
public record LayerSpec(Mixer mixer, FeedForward feedForward, Order order) {
    /// How the two halves of a layer follow each other.
    public enum Order {
        /// The feed-forward block reads the stream after the mixer has written to it.
        SEQUENTIAL,
        /// Both read the same stream (Falcon).
        PARALLEL
    }
}
