package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import org.jspecify.annotations.Nullable;

/// The buffers a decoder works in, taken once for the most rows of a step and used again in every step.
final class Workspace {
    private final Backend backend;
    private final int rowsMax;
    private final Buffers whole;
    private final Activation logits;
    private Buffers current;
    private @Nullable Activation lowRank;
    private @Nullable Activation adapterGradient;

    /// Buffers of the same number of rows.
    ///
    /// @param stream the residual stream, `[rows, hidden]`
    /// @param normed what a block reads, `[rows, hidden]`
    /// @param parallel what the feed-forward block reads where it runs beside attention with a norm of its own
    /// @param update what a block adds to the stream, `[rows, hidden]`
    /// @param projected queries, keys and values, `[rows, widest projection]`
    /// @param attended `[rows, widest heads * headDim]`
    /// @param expanded the inside of the feed-forward block, `[rows, widest]`
    record Buffers(
            Activation stream,
            Activation normed,
            Activation parallel,
            Activation update,
            Activation projected,
            Activation attended,
            Activation expanded) {
        Buffers rows(int count) {
            return new Buffers(
                    stream.rows(0, count),
                    normed.rows(0, count),
                    parallel.rows(0, count),
                    update.rows(0, count),
                    projected.rows(0, count),
                    attended.rows(0, count),
                    expanded.rows(0, count));
        }
    }

    /// @param rowsMax the most rows of a step
    /// @param logitRowsMax rows of logits that are computed at a time
    Workspace(Backend backend, DecoderSpec spec, int rowsMax, int logitRowsMax) {
        this.backend = backend;
        this.rowsMax = rowsMax;
        this.whole = buffers(backend, spec, rowsMax);
        this.logits = backend.allocate(Math.min(rowsMax, logitRowsMax), spec.vocab());
        this.current = whole;
    }

    /// Buffers of `rows` rows for any layer of the spec.
    static Buffers buffers(Backend backend, DecoderSpec spec, int rows) {
        int projected = 0;
        int attended = 0;
        int expanded = 0;
        for (LayerSpec layer : spec.layers()) {
            switch (layer.mixer()) {
                case Attention attention -> {
                    projected = Math.max(projected, attention.projection().width());
                    attended = Math.max(attended, attention.projection().query().width());
                }
            }
            expanded = Math.max(
                    expanded,
                    switch (layer.feedForward()) {
                        case FeedForward.Gated gated ->
                            gated.parts().stream().mapToInt(Linear::out).sum();
                        case FeedForward.Plain plain -> plain.up().out();
                    });
        }
        Activation normed = backend.allocate(rows, spec.hidden());
        boolean separate = spec.layers().stream().anyMatch(LayerBlock::needsSecondNorm);
        return new Buffers(
                backend.allocate(rows, spec.hidden()),
                normed,
                separate ? backend.allocate(rows, spec.hidden()) : normed,
                backend.allocate(rows, spec.hidden()),
                backend.allocate(rows, projected),
                backend.allocate(rows, attended),
                backend.allocate(rows, expanded));
    }

    int rowsMax() {
        return rowsMax;
    }

    /// The first `count` rows of every buffer.
    Buffers rows(int count) {
        if (current.stream().rows() != count) {
            current = whole.rows(count);
        }
        return current;
    }

    /// `[logitRowsMax, vocab]`.
    Activation logits() {
        return logits;
    }

    /// `[rows, rank]`, for the inside of an adapter; grows to the highest rank that is used.
    Activation lowRank(int rows, int rank) {
        if (lowRank == null || lowRank.columns() < rank) {
            lowRank = backend.allocate(rowsMax, Math.max(rank, lowRank == null ? 0 : 2 * lowRank.columns()));
        }
        return lowRank.rows(0, rows).columns(0, rank);
    }

    /// `[rows, columns]`, for the gradient by what an adapter read; grows to the widest that is used.
    Activation adapterGradient(int rows, int columns) {
        if (adapterGradient == null || adapterGradient.columns() < columns) {
            adapterGradient = backend.allocate(rowsMax, columns);
        }
        return adapterGradient.rows(0, rows).columns(0, columns);
    }
}
