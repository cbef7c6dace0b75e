package dev.lilla.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// f32 activations in host memory, `[rows, columns]`.
///
/// @param memory off-heap
/// @param offset byte of element `[0, 0]`
/// @param stride elements from one row to the next
record HostMatrix(MemorySegment memory, long offset, int rows, int columns, int stride) implements Activation {
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// The byte of an element.
    long at(int row, int column) {
        return offset + ((long) row * stride + column) * Float.BYTES;
    }

    /// The address of an element.
    long address(int row, int column) {
        return memory.address() + at(row, column);
    }

    float get(int row, int column) {
        return memory.get(FLOAT, at(row, column));
    }

    void set(int row, int column, float value) {
        memory.set(FLOAT, at(row, column), value);
    }

    void copyRow(int row, float[] target) {
        MemorySegment.copy(memory, FLOAT, at(row, 0), target, 0, columns);
    }

    void setRow(int row, float[] source) {
        MemorySegment.copy(source, 0, memory, FLOAT, at(row, 0), columns);
    }

    @Override
    public HostMatrix rows(int from, int count) {
        Objects.checkFromIndexSize(from, count, rows);
        return new HostMatrix(memory, at(from, 0), count, columns, stride);
    }

    @Override
    public HostMatrix columns(int from, int count) {
        Objects.checkFromIndexSize(from, count, columns);
        return new HostMatrix(memory, at(0, from), rows, count, stride);
    }

    @Override
    public String toString() {
        return "[" + rows + ", " + columns + "]";
    }
}
