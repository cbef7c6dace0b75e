package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;

/// Hidden states at one place of the decoder, valid until its observer returns.
public final class HiddenRows {
    private final Backend backend;
    private final Activation data;

    HiddenRows(Backend backend, Activation data) {
        this.backend = backend;
        this.data = data;
    }

    public int rows() {
        return data.rows();
    }

    public int hidden() {
        return data.columns();
    }

    /// Copies row `row` into the first `hidden()` elements of `target`.
    public void copyRow(int row, float[] target) {
        backend.read(data, row, target);
    }
}
