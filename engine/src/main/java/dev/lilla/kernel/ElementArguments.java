package dev.lilla.kernel;

import dev.lilla.kernel.x64.ElementArgument;
import dev.lilla.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/// The argument block of one call of an [dev.lilla.kernel.x64.ElementKernel], in the scratch memory of a worker. No
/// address gets into it without a check that all of what the kernel touches from there lies inside its memory.
final class ElementArguments {
    private final Share share;
    private final int columns;
    private final MemorySegment block;

    /// Elements from a row's first to the last the kernel touches, those of all parts.
    private int width;

    /// @param share the rows
    /// @param columns f32 of a part
    ElementArguments(Share share, int columns) {
        if (share.from() < 0 || share.from() > share.to() || columns < 0) {
            throw new IllegalArgumentException(
                    "no rows of " + columns + " columns: " + share.from() + " to " + share.to());
        }
        this.share = share;
        this.columns = columns;
        this.width = columns;
        this.block = share.scratch().arguments();
        set(ElementArgument.ROWS, share.to() - share.from());
        set(ElementArgument.PARTS, 1);
        set(ElementArgument.PART_STRIDE, 0);
        set(ElementArgument.COLUMNS, columns);
        block.set(ValueLayout.JAVA_FLOAT, ElementArgument.COLUMNS_AS_FLOAT.offset(), columns);
        empty(ElementArgument.Y);
        empty(ElementArgument.Z);
    }

    long address() {
        return block.address();
    }

    /// The kernel goes over all heads of a row; the columns from the first head's on are what [#matrix] takes.
    HostMatrix parts(Heads heads) {
        set(ElementArgument.PARTS, heads.heads());
        set(ElementArgument.PART_STRIDE, (long) heads.stride() * Float.BYTES);
        width = Math.addExact(Math.multiplyExact(heads.heads() - 1, heads.stride()), columns);
        HostMatrix data = (HostMatrix) heads.data();
        return data.columns(heads.offset(), data.columns() - heads.offset());
    }

    /// Row 0 of the call is the share's first. X and the output have all parts, others one.
    void matrix(ElementArgument field, HostMatrix x) {
        boolean hasParts = field == ElementArgument.X || field == ElementArgument.OUT;
        int rowWidth = hasParts ? width : columns;
        MemorySegment memory = usable(x.memory(), x);
        // In elements first, where no product overflows.
        boolean isFar = x.stride() < 0 || (share.to() - 1L) * x.stride() > memory.byteSize() / Float.BYTES;
        if (share.to() > x.rows() || rowWidth > x.columns() || isFar) {
            throw new IllegalArgumentException("rows " + share.from() + " to " + share.to() + " of " + rowWidth
                    + " columns are not in matrix " + x);
        }
        long start = x.at(share.from(), 0);
        if (share.to() > share.from()) {
            Objects.checkFromToIndex(start, x.at(share.to() - 1, rowWidth), memory.byteSize());
        }
        set(field, memory.address() + start);
        set(strideOf(field), (long) x.stride() * Float.BYTES);
    }

    /// One vector for all rows and parts.
    void vector(ElementArgument field, HostWeight vector) {
        MemorySegment memory = usable(vector.data(), vector);
        if (vector.type() != ElementType.F32) {
            throw new IllegalArgumentException("a vector of " + vector.type() + ", expected F32: " + vector);
        }
        Objects.checkFromIndexSize(0, (long) columns * Float.BYTES, memory.byteSize());
        set(field, memory.address());
        set(strideOf(field), 0);
    }

    void number(float value) {
        block.set(ValueLayout.JAVA_FLOAT, ElementArgument.NUMBER.offset(), value);
    }

    /// One of the numbers behind the fields.
    void number(int index, float value) {
        block.set(ValueLayout.JAVA_FLOAT, ElementArgument.numberOffset(index), value);
    }

    /// What a kernel left as one of them.
    float number(int index) {
        return block.get(ValueLayout.JAVA_FLOAT, ElementArgument.numberOffset(index));
    }

    /// Two f32 for each row of the share.
    void rowNumbers(MemorySegment target) {
        Objects.checkFromIndexSize(0, 2L * Float.BYTES * (share.to() - share.from()), target.byteSize());
        set(
                ElementArgument.ROW_NUMBERS,
                usable(target, "memory for the numbers of rows").address());
    }

    private static MemorySegment usable(MemorySegment memory, Object operand) {
        if (!memory.isNative() || !memory.scope().isAlive()) {
            throw new IllegalArgumentException(operand + " is on the heap or freed");
        }
        return memory;
    }

    private void empty(ElementArgument field) {
        set(field, 0);
        set(strideOf(field), 0);
    }

    private static ElementArgument strideOf(ElementArgument field) {
        return switch (field) {
            case X -> ElementArgument.X_STRIDE;
            case Y -> ElementArgument.Y_STRIDE;
            case Z -> ElementArgument.Z_STRIDE;
            case OUT -> ElementArgument.OUT_STRIDE;
            default -> throw new IllegalArgumentException("not an operand: " + field);
        };
    }

    private void set(ElementArgument field, long value) {
        block.set(ValueLayout.JAVA_LONG, field.offset(), value);
    }
}
