package dev.lilla.serve.host;

import java.io.IOException;

/// A model that a [ModelPool] can load.
public interface ModelSource {
    /// What clients ask for.
    ModelEntry entry();

    /// What it takes in memory: weights, and its cache when full.
    long memoryBytes();

    /// Whether it stays in memory once it is there.
    boolean isPinned();

    /// Reads it.
    ///
    /// @throws dev.lilla.format.ModelFormatException if a file is broken
    /// @throws dev.lilla.kernel.CapacityException if there is no memory for it
    HostedModel load() throws IOException;
}
