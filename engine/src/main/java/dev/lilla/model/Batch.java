package dev.lilla.model;

import java.util.List;

/// What goes through the decoder in one step: prompt chunks and single tokens of any sequences, side by side.
///
/// @param entries at least one; each sequence at most once
public record Batch(List<BatchEntry> entries) {
    public Batch {
        entries = List.copyOf(entries);
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("a batch has at least one entry");
        }
    }

    public static Batch of(BatchEntry... entries) {
        return new Batch(List.of(entries));
    }

    /// Tokens of all entries together: the rows of the step.
    public int tokens() {
        return Math.toIntExact(
                entries.stream().mapToLong(entry -> entry.tokens().length).sum());
    }

    /// The ids of all tokens, entry after entry.
    int[] ids() {
        if (entries.size() == 1) {
            return entries.getFirst().tokens();
        }
        int[] ids = new int[tokens()];
        int row = 0;
        for (BatchEntry entry : entries) {
            System.arraycopy(entry.tokens(), 0, ids, row, entry.tokens().length);
            row += entry.tokens().length;
        }
        return ids;
    }

    /// Rows of logits of all entries together.
    public int logitRows() {
        return entries.stream()
                .mapToInt(entry -> entry.wanted().count(entry.tokens().length))
                .sum();
    }
}
