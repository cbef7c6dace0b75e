package dev.lilla.kernel;

import dev.lilla.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// A matrix of words of 32 bits in host memory, in either order: element `[row, column]` is at
/// `offset + row * rowBytes + column * columnBytes`.
///
/// @param memory off-heap
/// @param offset byte of element `[0, 0]`
record StridedMatrix(MemorySegment memory, long offset, int rows, int columns, long rowBytes, long columnBytes) {
    private static final int WORD = Float.BYTES;

    StridedMatrix {
        if (rows < 0 || columns < 0 || offset < 0 || rowBytes < 0 || columnBytes < 0) {
            throw new IllegalArgumentException("no matrix: [" + rows + ", " + columns + "] from byte " + offset
                    + " on, rows " + rowBytes + " and columns " + columnBytes + " bytes apart");
        }
        if (!memory.isNative() || !memory.scope().isAlive()) {
            throw new IllegalArgumentException("a matrix on the heap or freed: [" + rows + ", " + columns + "]");
        }
        if (rows > 0 && columns > 0) {
            long last = Math.addExact(
                    Math.multiplyExact(rows - 1L, rowBytes), Math.multiplyExact(columns - 1L, columnBytes));
            if (Math.addExact(offset, last) > memory.byteSize() - WORD) {
                throw new IllegalArgumentException("[" + rows + ", " + columns + "] from byte " + offset + " on ends "
                        + (offset + last + WORD - memory.byteSize()) + " bytes behind its memory");
            }
        }
    }

    static StridedMatrix of(HostMatrix x) {
        return new StridedMatrix(x.memory(), x.offset(), x.rows(), x.columns(), (long) x.stride() * WORD, WORD);
    }

    /// A weight of f32 as `[out, in]`.
    static StridedMatrix of(HostWeight weight) {
        return new StridedMatrix(weight.data(), 0, weight.out(), weight.in(), (long) weight.in() * WORD, WORD);
    }

    /// A weight of bf16 as `[out, in / 2]`: neighbors of a row as one word, the first in the low half.
    ///
    /// @throws IllegalArgumentException if rows have an odd number of elements
    static StridedMatrix pairs(HostWeight weight) {
        if (weight.type() != ElementType.BF16 || weight.in() % 2 != 0) {
            throw new IllegalArgumentException(weight + " of " + weight.type() + " is no matrix of pairs of bf16");
        }
        return new StridedMatrix(weight.data(), 0, weight.out(), weight.in() / 2, weight.rowBytes(), WORD);
    }

    StridedMatrix transposed() {
        return new StridedMatrix(memory, offset, columns, rows, columnBytes, rowBytes);
    }

    StridedMatrix rows(int from, int count) {
        Objects.checkFromIndexSize(from, count, rows);
        return new StridedMatrix(memory, offset + from * rowBytes, count, columns, rowBytes, columnBytes);
    }

    StridedMatrix columns(int from, int count) {
        Objects.checkFromIndexSize(from, count, columns);
        return new StridedMatrix(memory, offset + from * columnBytes, rows, count, rowBytes, columnBytes);
    }

    /// Whether the elements of a row are neighbors.
    boolean hasWholeRows() {
        return columnBytes == WORD || columns <= 1;
    }

    long address(int row, int column) {
        return memory.address() + offset + row * rowBytes + column * columnBytes;
    }
}
