package dev.lilla.store;

/// How an import takes files into the store.
public enum Placement {
    /// Copies them; the originals are no longer needed.
    COPY,
    /// Links to them; they must stay where they are, unchanged.
    LINK
}
