package dev.lilla.generate;

import dev.lilla.kernel.KvBlocks;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.Decoder;
import dev.lilla.model.LogitRows;
import dev.lilla.model.Logits;
import dev.lilla.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/// How likely a model finds each token of a prompt, and what it would have written in its place: the same numbers as
/// [LogLikelihood]. Not safe for use by several threads.
///
/// Every row of the prompt is computed, so nothing cached is reused.
public final class PromptLogprobs {
    private final Decoder decoder;
    private final KvBlocks cache;
    private final Tokenizer tokenizer;
    private final List<ActiveAdapter> adapters;
    private final float[] row;

    /// @param cache whose blocks are taken while a prompt is scored, and given back
    /// @param adapters added to the weights
    public PromptLogprobs(Decoder decoder, KvBlocks cache, Tokenizer tokenizer, List<ActiveAdapter> adapters) {
        this.decoder = decoder;
        this.cache = cache;
        this.tokenizer = tokenizer;
        this.adapters = List.copyOf(adapters);
        this.row = new float[decoder.spec().vocab()];
    }

    /// Scores a prompt.
    ///
    /// @param top how many of the likeliest tokens to name in each place
    /// @return one for each token but the first, which follows nothing
    /// @throws IllegalArgumentException if the prompt is longer than the model's context
    public List<TokenLogprobs> of(int[] prompt, int top) {
        List<TokenLogprobs> scores = new ArrayList<>();
        try (BlockTable table = new BlockTable(cache)) {
            for (int start = 0; start < prompt.length - 1; start += decoder.rowsMax()) {
                int end = Math.min(prompt.length - 1, start + decoder.rowsMax());
                BatchEntry entry = table.entry(prompt, start, end, prompt.length, LogitRows.ALL, adapters);
                Logits logits = decoder.forward(Batch.of(entry), cache);
                for (int i = start; i < end; i++) {
                    logits.copyRow(i - start, row);
                    scores.add(TokenLogprobs.of(row, prompt[i + 1], top, tokenizer.size()));
                }
            }
        }
        return scores;
    }
}
