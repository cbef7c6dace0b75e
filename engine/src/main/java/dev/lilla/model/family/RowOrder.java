package dev.lilla.model.family;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/// Which rows of a tensor another one is made of, in order: row `i` of the new one is row `source(i)` of the old.
///
/// A vector counts as a matrix of one column. Rows of quantized matrices are whole blocks, so they may change places.
/// An order is a rule, not a list: it takes no memory however many rows a configuration claims.
public final class RowOrder {
    private final int rows;
    private final IntUnaryOperator source;

    private RowOrder(int rows, IntUnaryOperator source) {
        this.rows = rows;
        this.source = source;
    }

    /// Rows `from` to `from + count`, as they are.
    public static RowOrder range(int from, int count) {
        return new RowOrder(count, row -> from + row);
    }

    /// Groups of `count` adjacent rows, one every `stride`, from row `from` on.
    static RowOrder strided(int from, int count, int stride, int groups) {
        return new RowOrder(count * groups, row -> from + row / count * stride + row % count);
    }

    /// Heads whose first `rotaryDim` elements are half-split become heads where they are interleaved, as in GGUFs of
    /// architecture `llama`: `new[2i + j] = old[j * rotaryDim / 2 + i]`.
    static RowOrder interleaved(int heads, int headDim, int rotaryDim) {
        return new RowOrder(heads * headDim, row -> {
            int element = row % headDim;
            int from = element < rotaryDim ? element % 2 * (rotaryDim / 2) + element / 2 : element;
            return row - element + from;
        });
    }

    /// This order applied to what `first` yields.
    RowOrder after(RowOrder first) {
        return new RowOrder(rows, row -> first.source(source(row)));
    }

    public int rows() {
        return rows;
    }

    /// The old row that becomes row `row`.
    public int source(int row) {
        return source.applyAsInt(row);
    }

    /// The old row for every new one.
    public int[] toArray() {
        return IntStream.range(0, rows).map(source).toArray();
    }

    /// Whether all stays where it is, given a tensor of `count` rows.
    public boolean isIdentity(long count) {
        return count == rows && IntStream.range(0, rows).allMatch(row -> source(row) == row);
    }

    /// The order that leads back.
    ///
    /// @throws IllegalStateException if this one does not keep every row exactly once
    public RowOrder inverse() {
        int[] inverse = new int[rows];
        Arrays.fill(inverse, -1);
        for (int row = 0; row < rows; row++) {
            int old = source(row);
            if (old >= rows || inverse[old] >= 0) {
                throw new IllegalStateException("an order of " + rows + " rows that drops or repeats some");
            }
            inverse[old] = row;
        }
        return new RowOrder(rows, row -> inverse[row]);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowOrder order
                && order.rows == rows
                && IntStream.range(0, rows).allMatch(row -> source(row) == order.source(row));
    }

    @Override
    public int hashCode() {
        return rows;
    }

    @Override
    public String toString() {
        return "RowOrder[" + rows + " rows]";
    }
}
