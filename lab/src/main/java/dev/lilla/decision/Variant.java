package dev.lilla.decision;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A model as it could be served: one file, and how it came about.
///
/// @param name that tells it from the others: `lilla-demo-s tuned q4_0`
/// @param file a GGUF file or a model directory
/// @param made what was done to the model as it was found, step by step, in words; empty for that model itself
/// @param parent the variant that it was made from; empty where there is none
public record Variant(String name, Path file, List<String> made, Optional<String> parent) {
    public Variant {
        made = List.copyOf(made);
    }
}
