package dev.lilla.optimize;

/// Hears how far a conversion is.
@FunctionalInterface
public interface Progress {
    /// Hears nothing.
    Progress NONE = (tensor, doneBytes, totalBytes) -> {};

    /// Called on the converting thread, after every few megabytes.
    ///
    /// @param tensor name of the tensor at hand, as in the target
    /// @param doneBytes written so far
    /// @param totalBytes of all tensors of the target
    void advanced(String tensor, long doneBytes, long totalBytes);

    /// Called before the first tensor, for what the user should know about the source: tensors that are left out.
    default void warned(String warning) {}
}
