package dev.lilla.model.family;

/// Is told how far a model is while it is opened: its weights are read and laid out for the kernels, about a second
/// for every GiB.
@FunctionalInterface
public interface LoadListener {
    LoadListener NONE = (_, _) -> {};

    /// Called before each tensor is taken, by the thread that opens the model.
    ///
    /// @param bytes of the tensors taken so far, as stored
    /// @param totalBytes of all
    void reached(long bytes, long totalBytes);
}
