package dev.lilla.generate;

import dev.lilla.kernel.KvBlocks;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.Decoder;
import dev.lilla.model.HiddenObserver;
import dev.lilla.model.HiddenRows;
import dev.lilla.model.LogitRows;
import java.util.List;

/// Texts to vectors: the hidden states after the final norm, pooled and scaled to length 1. Not safe for use by several
/// threads.
public final class TextEmbedder {
    private final Decoder decoder;
    private final KvBlocks cache;
    private final List<ActiveAdapter> adapters;

    /// @param cache whose blocks are taken while a text is read, and given back
    /// @param adapters added to the weights
    public TextEmbedder(Decoder decoder, KvBlocks cache, List<ActiveAdapter> adapters) {
        this.decoder = decoder;
        this.cache = cache;
        this.adapters = List.copyOf(adapters);
    }

    /// The vector of a text, `[hidden]`.
    ///
    /// @param tokens at least one
    /// @throws IllegalArgumentException if the text is longer than the model's context
    public float[] embed(int[] tokens, Pooling pooling) {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("a text needs at least one token to have a vector");
        }
        Sum sum = new Sum(decoder.spec().hidden());
        try (BlockTable table = new BlockTable(cache)) {
            for (int start = 0; start < tokens.length; start += decoder.rowsMax()) {
                int end = Math.min(tokens.length, start + decoder.rowsMax());
                boolean isWanted = pooling.wanted() == LogitRows.ALL || end == tokens.length;
                LogitRows wanted = isWanted ? pooling.wanted() : LogitRows.NONE;
                BatchEntry entry = table.entry(tokens, start, end, tokens.length, wanted, adapters);
                decoder.states(Batch.of(entry), cache, sum);
            }
        }
        return normalized(sum.total);
    }

    /// The vector of length 1 in a direction; one without direction stays as it is.
    private static float[] normalized(double[] vector) {
        double square = 0;
        for (double element : vector) {
            square += element * element;
        }
        double length = square == 0 ? 1 : Math.sqrt(square);
        float[] normalized = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            normalized[i] = (float) (vector[i] / length);
        }
        return normalized;
    }

    /// The first `dimensions` elements of a vector, scaled to length 1 again: shorter vectors of models that were
    /// trained for it (Kusupati et al., arXiv 2205.13147).
    public static float[] shortened(float[] vector, int dimensions) {
        double[] kept = new double[dimensions];
        for (int i = 0; i < dimensions; i++) {
            kept[i] = vector[i];
        }
        return normalized(kept);
    }

    /// Adds up the rows that leave the final norm: scaling to length 1 makes their sum and their mean the same.
    private static final class Sum implements HiddenObserver {
        private final double[] total;
        private final float[] row;

        Sum(int hidden) {
            this.total = new double[hidden];
            this.row = new float[hidden];
        }

        @Override
        public void normed(HiddenRows rows) {
            for (int i = 0; i < rows.rows(); i++) {
                rows.copyRow(i, row);
                for (int column = 0; column < row.length; column++) {
                    total[column] += row[column];
                }
            }
        }
    }
}
