package dev.lilla.generate;

import dev.lilla.kernel.KvBlocks;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.Decoder;
import dev.lilla.model.LogitRows;
import dev.lilla.model.Logits;
import java.util.ArrayList;
import java.util.List;

/// Takes several sequences through the decoder side by side, one step at a time.
///
/// Sequences join and leave between steps. Running texts come first in a step, and prompts share the rows that are
/// left, so a long prompt never stops the others. Not safe for use by several threads.
public final class BatchScheduler {
    private final Decoder decoder;
    private final KvBlocks cache;
    private final float[] logits;
    private final List<Sequence> running = new ArrayList<>();

    public BatchScheduler(Decoder decoder, KvBlocks cache) {
        this.decoder = decoder;
        this.cache = cache;
        this.logits = new float[decoder.spec().vocab()];
    }

    /// Adds a sequence on the cache of this scheduler; it stays its owner's to close.
    public void add(Sequence sequence) {
        running.add(sequence);
    }

    /// Whether no sequence is left that has not ended.
    public boolean isIdle() {
        running.removeIf(Sequence::isFinished);
        return running.isEmpty();
    }

    /// Makes one step with every sequence that fits into it.
    ///
    /// @throws dev.lilla.kernel.CapacityException if the cache has no block left for the next tokens
    public void step() {
        running.forEach(Sequence::checkCancelled);
        if (isIdle()) {
            return;
        }
        List<Sequence> members = new ArrayList<>();
        List<BatchEntry> entries = new ArrayList<>();
        int rows = decoder.rowsMax();
        for (boolean prefill : new boolean[] {false, true}) {
            for (Sequence sequence : running) {
                if (sequence.isPrefill() == prefill && rows > 0) {
                    BatchEntry entry = sequence.next(rows);
                    rows -= entry.tokens().length;
                    members.add(sequence);
                    entries.add(entry);
                }
            }
        }
        Logits result = decoder.forward(new Batch(entries), cache);
        for (int i = 0; i < members.size(); i++) {
            boolean hasLogits = entries.get(i).wanted() == LogitRows.LAST;
            if (hasLogits) {
                result.copyRow(result.firstRow(i), logits);
            }
            members.get(i).advance(entries.get(i), hasLogits ? logits : null);
        }
    }

    /// Makes steps until every sequence has ended.
    public void run() {
        while (!isIdle()) {
            step();
        }
    }
}
