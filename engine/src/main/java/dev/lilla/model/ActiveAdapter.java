package dev.lilla.model;

/// An adapter in use, and how strongly.
///
/// @param scale factor on what the adapter adds, over its own scaling: 0 for the base model, 1 for as trained
public record ActiveAdapter(LoraAdapter adapter, float scale) {
    public ActiveAdapter {
        if (!Float.isFinite(scale)) {
            throw new IllegalArgumentException("the scale of an adapter is a finite number, not " + scale);
        }
    }
}
