package dev.lilla.tensor;

import java.lang.foreign.MemorySegment;

/// A named, typed, read-only view on memory that somebody else owns, usually a mapped file.
///
/// @param name as the file has it
/// @param shape row-major; each row is a whole number of blocks
/// @param data exactly the bytes of the tensor, little-endian, alignment not guaranteed
public record Tensor(String name, ElementType type, Shape shape, MemorySegment data) {
    public Tensor {
        if (shape.columns() % type.blockElements() != 0) {
            throw new IllegalArgumentException("tensor " + name + ": rows of " + shape.columns()
                    + " elements are no whole number of " + type + " blocks of " + type.blockElements());
        }
        long expected = type.byteSize(shape.elements());
        if (data.byteSize() != expected) {
            throw new IllegalArgumentException("tensor " + name + " of type " + type + " and shape " + shape + " takes "
                    + expected + " bytes, found " + data.byteSize());
        }
        data = data.asReadOnly();
    }

    /// Bytes of one row.
    public long rowBytes() {
        return type.byteSize(shape.columns());
    }

    /// Rows `from` (inclusive) to `from + count` as a matrix `[count, columns]` on the same memory.
    public Tensor rows(long from, long count) {
        return new Tensor(
                name,
                type,
                Shape.of(count, shape.columns()),
                data.asSlice(Math.multiplyExact(from, rowBytes()), Math.multiplyExact(count, rowBytes())));
    }
}
