package dev.lilla.model;

/// Sees the residual stream while a batch passes: for tests against a reference, and for embeddings.
public interface HiddenObserver {
    /// What enters layer 0, after the embedding's scale: `[tokens, hidden]`.
    default void embedded(HiddenRows rows) {}

    /// What leaves layer `layer`: `[tokens, hidden]`.
    default void layerDone(int layer, HiddenRows rows) {}

    /// What enters the head, after the final norm: the rows that logits are wanted for, `[logitRows, hidden]`.
    default void normed(HiddenRows rows) {}
}
