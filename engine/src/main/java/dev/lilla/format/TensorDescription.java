package dev.lilla.format;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;

/// What a file says of a tensor before its data: written first, so that the data can be streamed.
///
/// @param shape row-major; rows are whole numbers of blocks
public record TensorDescription(String name, ElementType type, Shape shape) {
    public TensorDescription {
        if (shape.columns() % type.blockElements() != 0) {
            throw new IllegalArgumentException("tensor " + name + ": rows of " + shape.columns()
                    + " elements are no whole number of " + type + " blocks of " + type.blockElements());
        }
    }

    public static TensorDescription of(Tensor tensor) {
        return new TensorDescription(tensor.name(), tensor.type(), tensor.shape());
    }

    /// The size of the data.
    public long bytes() {
        return type.byteSize(shape.elements());
    }
}
