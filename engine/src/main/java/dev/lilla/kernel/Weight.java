package dev.lilla.kernel;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;

/// A weight as a backend holds it: a matrix `[out, in]` or a vector. Opaque outside its backend.
public interface Weight {
    /// The name of the tensor it was made of, for messages.
    String name();

    ElementType type();

    Shape shape();
}
