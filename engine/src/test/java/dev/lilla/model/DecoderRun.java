package dev.lilla.model;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.kernel.KvType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One sequence on a decoder, for tests: it takes cache blocks as it grows and gives them back when closed.
public final class DecoderRun implements AutoCloseable {
    private final Decoder decoder;
    private final KvBlocks cache;
    private final int promptTokens;
    private final List<ActiveAdapter> adapters;
    private int[] blocks = new int[0];
    private int position;

    /// @param promptTokens length of the prompt of the sequence
    public DecoderRun(Decoder decoder, KvBlocks cache, int promptTokens, List<ActiveAdapter> adapters) {
        this.decoder = decoder;
        this.cache = cache;
        this.promptTokens = promptTokens;
        this.adapters = adapters;
    }

    /// The logits of all tokens of one sequence, in one step or as many as its length takes.
    public static float[][] logits(Decoder decoder, Backend backend, KvType type, int[] tokens) {
        try (KvBlocks cache = blocks(decoder, backend, type, tokens.length);
                DecoderRun run = new DecoderRun(decoder, cache, tokens.length, List.of())) {
            return run.advance(tokens);
        }
    }

    /// A pool for sequences of `tokens` tokens in all.
    public static KvBlocks blocks(Decoder decoder, Backend backend, KvType type, int tokens) {
        int count = Math.ceilDiv(tokens, KvLayout.BLOCK_TOKENS) + 16;
        return backend.allocateBlocks(decoder.kvLayout(type), count);
    }

    /// The next tokens as a batch entry; the sequence is longer by them afterwards.
    public BatchEntry entry(int[] tokens, LogitRows wanted) {
        int end = position + tokens.length;
        int[] grown = Arrays.copyOf(blocks, Math.ceilDiv(end, KvLayout.BLOCK_TOKENS));
        for (int i = blocks.length; i < grown.length; i++) {
            grown[i] = cache.take();
        }
        blocks = grown;
        BatchEntry entry = new BatchEntry(tokens, position, blocks, promptTokens, wanted, adapters);
        position = end;
        return entry;
    }

    /// Passes the next tokens through, and gives the logits of each.
    public float[][] advance(int[] tokens) {
        List<float[]> rows = new ArrayList<>();
        for (int from = 0; from < tokens.length; from += decoder.rowsMax()) {
            int[] chunk = Arrays.copyOfRange(tokens, from, Math.min(from + decoder.rowsMax(), tokens.length));
            Logits logits = decoder.forward(Batch.of(entry(chunk, LogitRows.ALL)), cache);
            rows.addAll(List.of(rows(logits)));
        }
        return rows.toArray(float[][]::new);
    }

    /// All rows of a result.
    public static float[][] rows(Logits logits) {
        float[][] rows = new float[logits.rows()][logits.vocab()];
        for (int row = 0; row < rows.length; row++) {
            logits.copyRow(row, rows[row]);
        }
        return rows;
    }

    @Override
    public void close() {
        for (int block : blocks) {
            cache.release(block);
        }
    }
}
