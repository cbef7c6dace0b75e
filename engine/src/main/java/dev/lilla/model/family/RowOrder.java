package dev.lilla.model.family;

import java.util.Arrays;
import java.util.stream.IntStream;

/// Which rows of a tensor another one is made of, in order: row `i` of the new one is row `source(i)` of the old.
///
/// A vector counts as a matrix of one column. Rows of quantized matrices are whole blocks, so they may change places.
public final class RowOrder {
    private final int[] source;

    private RowOrder(int[] source) {
        this.source = source;
    }

    /// Rows `from` to `from + count`, as they are.
    public static RowOrder range(int from, int count) {
        return new RowOrder(IntStream.range(from, from + count).toArray());
    }

    /// Groups of `count` adjacent rows, one every `stride`, from row `from` on.
    static RowOrder strided(int from, int count, int stride, int groups) {
        return new RowOrder(IntStream.range(0, groups)
                .flatMap(group -> IntStream.range(from + group * stride, from + group * stride + count))
                .toArray());
    }

    /// Heads whose first `rotaryDim` elements are half-split become heads where they are interleaved, as in GGUFs of
    /// architecture `llama`: `new[2i + j] = old[j * rotaryDim / 2 + i]`.
    static RowOrder interleaved(int heads, int headDim, int rotaryDim) {
        int[] source = new int[heads * headDim];
        for (int row = 0; row < source.length; row++) {
            int element = row % headDim;
            int from = element < rotaryDim ? element % 2 * (rotaryDim / 2) + element / 2 : element;
            source[row] = row - element + from;
        }
        return new RowOrder(source);
    }

    /// This order applied to what `first` yields.
    RowOrder after(RowOrder first) {
        return new RowOrder(Arrays.stream(source).map(first::source).toArray());
    }

    public int rows() {
        return source.length;
    }

    /// The old row that becomes row `row`.
    public int source(int row) {
        return source[row];
    }

    /// The old row for every new one.
    public int[] toArray() {
        return source.clone();
    }

    /// Whether all stays where it is, given a tensor of `rows` rows.
    public boolean isIdentity(long rows) {
        return rows == source.length && IntStream.range(0, source.length).allMatch(row -> source[row] == row);
    }

    /// The order that leads back.
    ///
    /// @throws IllegalStateException if this one does not keep every row exactly once
    public RowOrder inverse() {
        int[] inverse = new int[source.length];
        Arrays.fill(inverse, -1);
        for (int row = 0; row < source.length; row++) {
            if (source[row] >= source.length || inverse[source[row]] >= 0) {
                throw new IllegalStateException("an order of " + source.length + " rows that drops or repeats some");
            }
            inverse[source[row]] = row;
        }
        return new RowOrder(inverse);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowOrder order && Arrays.equals(source, order.source);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(source);
    }

    @Override
    public String toString() {
        return "RowOrder[" + source.length + " rows]";
    }
}
