package dev.lilla.decision;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A model as it could be used: one file and how it came about, or a model elsewhere.
///
/// @param name that tells it from the others: `lilla-demo-s tuned q4_0`
/// @param weights a GGUF file or a model directory; empty for a model elsewhere
/// @param made what was done to the model as it was found, step by step, in words; empty for that model itself
/// @param parent the variant that it was made from; empty where there is none
public record Variant(String name, Optional<Path> weights, List<String> made, Optional<String> parent) {
    public Variant {
        made = List.copyOf(made);
    }

    /// A model here.
    public Variant(String name, Path file, List<String> made, Optional<String> parent) {
        this(name, Optional.of(file), made, parent);
    }

    /// A model elsewhere, as it is.
    public static Variant elsewhere(String name) {
        return new Variant(name, Optional.empty(), List.of(), Optional.empty());
    }

    /// Its file or directory.
    ///
    /// @throws IllegalStateException if it is elsewhere
    public Path file() {
        return weights.orElseThrow(() -> new IllegalStateException(name + " has no file here"));
    }
}
