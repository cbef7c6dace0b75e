package dev.lilla.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// The dimensions of a tensor, row-major: the last one is contiguous. A weight matrix is `[out, in]`.
public record Shape(List<Long> dimensions) {
    /// The most dimensions a tensor may have.
    public static final int RANK_MAX = 8;

    public Shape {
        dimensions = List.copyOf(dimensions);
        if (dimensions.size() > RANK_MAX) {
            throw new IllegalArgumentException(
                    "a tensor has at most " + RANK_MAX + " dimensions, not " + dimensions.size());
        }
        long elements = 1;
        for (long dimension : dimensions) {
            if (dimension < 0) {
                throw new IllegalArgumentException("negative dimension in " + dimensions);
            }
            elements = Math.multiplyExact(elements, dimension);
        }
    }

    public static Shape of(long... dimensions) {
        return new Shape(Arrays.stream(dimensions).boxed().toList());
    }

    public int rank() {
        return dimensions.size();
    }

    public long dimension(int index) {
        return dimensions.get(index);
    }

    /// The product of all dimensions; 1 for a scalar.
    public long elements() {
        return rows() * columns();
    }

    /// The length of a row: the last dimension, or 1 for a scalar.
    public long columns() {
        return dimensions.isEmpty() ? 1 : dimensions.getLast();
    }

    /// The number of rows: the product of all dimensions but the last.
    public long rows() {
        long rows = 1;
        // No stream: every product of a step asks for it.
        for (int i = 0; i < dimensions.size() - 1; i++) {
            rows *= dimensions.get(i);
        }
        return rows;
    }

    @Override
    public String toString() {
        return dimensions.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }
}
