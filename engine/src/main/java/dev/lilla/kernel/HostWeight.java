package dev.lilla.kernel;

import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A weight in host memory, as stored; vectors are held in f32.
///
/// @param data off-heap, rows one after the other, alignment not guaranteed
/// @param packed the same matrix as machine code reads it, or null
/// @param passing the panels that are made of its rows whenever they are multiplied, for a matrix that is not packed,
/// or
///     null
/// @param direct how products that read the matrix as it lies here are rounded, for a weight that training changes, or
/// that is
///     to be held once; null where the kernels multiply it in their own way
record HostWeight(
        String name,
        ElementType type,
        Shape shape,
        MemorySegment data,
        @Nullable PackedWeight packed,
        @Nullable PanelLayout passing,
        @Nullable Precision direct)
        implements Weight {
    /// A weight as it is stored.
    HostWeight(String name, ElementType type, Shape shape, MemorySegment data) {
        this(name, type, shape, data, null, null, null);
    }

    HostWeight withPacked(PackedWeight panels) {
        return new HostWeight(name, type, shape, data, panels, null, direct);
    }

    /// The same, packed in passing.
    HostWeight passing(PanelLayout layout) {
        return new HostWeight(name, type, shape, data, null, layout, direct);
    }

    /// The same, multiplied as it lies.
    HostWeight direct(Precision precision) {
        return new HostWeight(name, type, shape, data, null, null, precision);
    }

    /// Rows `from` to `to`, not packed.
    HostWeight rows(int from, int to) {
        MemorySegment part = data.asSlice(from * rowBytes(), (to - from) * rowBytes());
        return new HostWeight(name, type, Shape.of(to - from, in()), part);
    }

    /// How machine code reads it, or null where it does not.
    @Nullable
    PanelLayout layout() {
        return packed == null ? passing : packed.layout();
    }

    /// Outputs of a matrix `[out, in]`; 1 for a vector.
    int out() {
        return Math.toIntExact(shape.rows());
    }

    /// Inputs of a matrix, or elements of a vector.
    int in() {
        return Math.toIntExact(shape.columns());
    }

    long rowBytes() {
        return type.byteSize(shape.columns());
    }

    /// Unpacks a row into the first `in()` elements of `target`.
    void copyRow(long row, float[] target) {
        Dequantizer.dequantize(type, data, row * rowBytes(), target, 0, in());
    }

    /// Element `index` of a vector.
    float get(int index) {
        return data.get(HostMatrix.FLOAT, (long) index * Float.BYTES);
    }

    @Override
    public String toString() {
        return name + " " + shape;
    }
}
