package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;

/// The logits of the rows that a batch asked for, in the order of its entries; valid until the decoder's next step.
///
/// They are computed a slab of rows at a time, as they are read, so that scoring a long text never holds all of its
/// logits: reading rows in order computes each once.
public final class Logits {
    private final Decoder decoder;
    private final Backend backend;
    private final Activation normed;
    private final RowAdapters adapters;
    private final int[] firstRows;
    private final int rows;
    private final long step;
    private int slabStart;
    private int slabRows;

    /// @param normed what enters the head, `[rows, hidden]` or more
    /// @param firstRows for each batch entry its first row here, then the number of rows
    Logits(Decoder decoder, Backend backend, Activation normed, RowAdapters adapters, int[] firstRows) {
        this.decoder = decoder;
        this.backend = backend;
        this.normed = normed;
        this.adapters = adapters;
        this.firstRows = firstRows;
        this.rows = firstRows[firstRows.length - 1];
        this.step = decoder.steps();
        if (rows > 0) {
            compute(0);
        }
    }

    public int rows() {
        return rows;
    }

    /// Logits in a row.
    public int vocab() {
        return decoder.spec().vocab();
    }

    /// The first row of a batch entry; its others follow.
    public int firstRow(int entry) {
        return firstRows[entry];
    }

    /// Copies row `row` into the first `vocab()` elements of `target`.
    ///
    /// @throws IllegalStateException if the decoder has made another step since
    public void copyRow(int row, float[] target) {
        if (row < 0 || row >= rows) {
            throw new IllegalArgumentException("no row " + row + " among " + rows + " rows of logits");
        }
        if (decoder.steps() != step) {
            throw new IllegalStateException("these logits are gone: the decoder has made another step");
        }
        if (row < slabStart || row >= slabStart + slabRows) {
            compute(row - row % decoder.logitSlabRows());
        }
        backend.read(decoder.logitSlab(), row - slabStart, target);
    }

    private void compute(int start) {
        int count = Math.min(decoder.logitSlabRows(), rows - start);
        decoder.head(normed.rows(start, count), adapters.rows(start, count));
        slabStart = start;
        slabRows = count;
    }
}
