package dev.lilla.serve.host;

import dev.lilla.model.LoraAdapter;

/// An adapter that texts of a model can be written with.
///
/// @param name what clients call it
/// @param source where it came from, for people
/// @param scale for texts that ask for it by name
/// @param standing scale for texts that choose no adapter; 0 leaves it out
public record NamedAdapter(String name, String source, LoraAdapter adapter, float scale, float standing) {
    public NamedAdapter {
        if (name.isBlank() || name.contains(":")) {
            throw new IllegalArgumentException("the name of an adapter has no colon, found \"" + name + "\"");
        }
        if (!Float.isFinite(scale) || !Float.isFinite(standing)) {
            throw new IllegalArgumentException(
                    "scales of adapters are finite numbers, found " + scale + " and " + standing);
        }
    }
}
