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
/// @param whole the same of which nothing was cut out, for one that was cut and healed; empty for all others
public record Variant(
        String name, Optional<Path> weights, List<String> made, Optional<String> parent, Optional<String> whole) {
    public Variant {
        made = List.copyOf(made);
    }

    /// A model here.
    public Variant(String name, Path file, List<String> made, Optional<String> parent) {
        this(name, Optional.of(file), made, parent, Optional.empty());
    }

    /// The same held against the one of which nothing was cut out.
    public Variant against(String uncut) {
        return new Variant(name, weights, made, parent, Optional.of(uncut));
    }

    /// A model elsewhere, as it is.
    public static Variant elsewhere(String name) {
        return new Variant(name, Optional.empty(), List.of(), Optional.empty(), Optional.empty());
    }

    /// Its file or directory.
    ///
    /// @throws IllegalStateException if it is elsewhere
    public Path file() {
        return weights.orElseThrow(() -> new IllegalStateException(name + " has no file here"));
    }
}
