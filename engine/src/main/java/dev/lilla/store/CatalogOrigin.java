package dev.lilla.store;

import java.util.List;
import java.util.Optional;

/// Where a known model is to be had.
///
/// @param hub where `lilla pull` finds it: `owner/name`; empty for what is not on a hub
/// @param variants its weights before and after training for chats
/// @param shipped the name of its file, where it comes with Lilla
/// @param purpose what it is there for
public record CatalogOrigin(Optional<String> hub, List<Variant> variants, Optional<String> shipped, Purpose purpose) {
    public CatalogOrigin {
        variants = List.copyOf(variants);
    }

    /// Weights of the same shape.
    ///
    /// @param kind `base` or `chat`
    public record Variant(String kind, String hub) {}

    /// What a model is there for.
    public enum Purpose {
        WORK,
        /// To show how Lilla works; it knows nothing of the world.
        DEMONSTRATION
    }
}
