package dev.lilla.generate;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.LogitRows;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The place of one sequence in a draft model: its text there, guesses included, and what the cache holds of it.
///
/// Guesses that were refused leave by comparing with the sequence, and so does the text of another sequence when this
/// one takes over its place. Owned by a [ModelDrafter].
final class DraftLane implements AutoCloseable {
    /// Makes the guesses independent of how the sequence itself draws.
    private static final long SEED_TURN = 0x9E37_79B9_7F4A_7C15L;

    private final BlockTable table;
    private final TokenHistory text = new TokenHistory(new int[0]);
    private final int vocab;
    private int cached;
    private @Nullable Sequence sequence;
    private Sampler sampler;
    private boolean greedy;

    DraftLane(KvBlocks cache, int vocab) {
        this.table = new BlockTable(cache);
        this.vocab = vocab;
        this.sampler = new Sampler(SamplerOptions.greedy(), vocab);
    }

    /// Whether it serves this sequence.
    boolean isOf(Sequence other) {
        return sequence == other;
    }

    boolean isFree() {
        return sequence == null;
    }

    /// Leaves its sequence; the text stays for one that begins alike.
    void free() {
        sequence = null;
    }

    /// Tokens that a sequence need not read again here.
    int common(Sequence other) {
        return Math.min(cached, text.commonPrefix(other.history()));
    }

    /// Serves a sequence from now on.
    void serve(Sequence newcomer) {
        sequence = newcomer;
        SamplerOptions options = newcomer.samplerOptions();
        greedy = options.isGreedy();
        sampler = new Sampler(options.withSeed(options.seed() ^ SEED_TURN), vocab);
    }

    /// Takes over what its sequence has written.
    void follow() {
        TokenHistory history = served().history();
        int common = text.follow(history);
        cached = Math.min(Math.min(cached, common), history.length() - 1);
    }

    /// Tokens that the cache lacks.
    int pending() {
        return text.length() - cached;
    }

    /// Tokens of the text.
    int length() {
        return text.length();
    }

    /// Guesses that its sequence has room for.
    int room() {
        return served().draft().room();
    }

    /// What goes through the draft model next.
    ///
    /// @throws dev.lilla.kernel.CapacityException if the cache has no block left
    BatchEntry next(int rowsMax) {
        int end = Math.min(text.length(), cached + rowsMax);
        table.reserve(end);
        boolean guesses = end == text.length() && room() > 0;
        return new BatchEntry(
                text.tokens(cached, end),
                cached,
                table.blocks(),
                served().promptTokens(),
                guesses ? LogitRows.LAST : LogitRows.NONE,
                List.of());
    }

    /// Takes note that an entry went through.
    void read(BatchEntry entry) {
        cached += entry.tokens().length;
    }

    /// Guesses a token.
    ///
    /// @param logits of the last token, which are changed
    /// @param tokens ids from here on stand for no token of the sequence's model
    void guess(float[] logits, int tokens) {
        Arrays.fill(logits, Math.min(tokens, logits.length), logits.length, Float.NEGATIVE_INFINITY);
        Draft draft = served().draft();
        int token = greedy ? sampler.next(logits, text) : sampler.guess(logits, text, draft.source());
        if (greedy) {
            draft.add(token);
        } else {
            draft.addDrawn(token);
        }
        text.append(token);
    }

    private Sequence served() {
        if (sequence == null) {
            throw new IllegalStateException("nobody is served here");
        }
        return sequence;
    }

    @Override
    public void close() {
        table.close();
        cached = 0;
    }
}
