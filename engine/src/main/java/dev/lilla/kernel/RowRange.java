package dev.lilla.kernel;

/// Neighboring rows of an activation.
public record RowRange(int from, int count) {
    public RowRange {
        if (from < 0 || count < 1) {
            throw new IllegalArgumentException("no rows: " + count + " from " + from);
        }
    }

    int to() {
        return from + count;
    }

    boolean contains(int row) {
        return row >= from && row < from + count;
    }
}
