package dev.lilla.generate;

import dev.lilla.kernel.KvBlocks;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.Decoder;
import dev.lilla.model.Logits;
import java.util.ArrayList;
import java.util.List;

/// Takes given sequences through the decoder side by side until all have ended: for one caller who holds them all. For
/// many callers there is [BatchScheduler].
///
/// Sequences join and leave between steps. Running texts come first in a step, and prompts share the rows that are
/// left, so a long prompt never stops the others. Not safe for use by several threads.
public final class SequenceRunner {
    private final Decoder decoder;
    private final KvBlocks cache;
    private final DraftTurn drafts;
    private final float[] logits;
    private final List<Sequence> running = new ArrayList<>();

    public SequenceRunner(Decoder decoder, KvBlocks cache) {
        this(decoder, cache, Drafter.NONE);
    }

    /// @param drafter guesses tokens for the decoder to check; stays the caller's to close
    public SequenceRunner(Decoder decoder, KvBlocks cache, Drafter drafter) {
        this.decoder = decoder;
        this.cache = cache;
        this.drafts = new DraftTurn(drafter, decoder.rowsMax());
        this.logits = new float[decoder.spec().vocab()];
    }

    /// Adds a sequence on the cache of this runner; it stays its owner's to close.
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
        drafts.take(running, cache.capacity() - cache.taken());
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
            int first = result.firstRow(i);
            members.get(i).advance(entries.get(i), row -> {
                result.copyRow(first + row, logits);
                return logits;
            });
        }
    }

    /// Makes steps until every sequence has ended.
    public void run() {
        while (!isIdle()) {
            step();
        }
    }
}
