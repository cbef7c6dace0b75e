package dev.lilla.evaluate;

import dev.lilla.generate.BlockTable;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.Decoder;
import dev.lilla.model.LogitRows;
import dev.lilla.model.Logits;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Measures how fast a decoder reads and writes random tokens.
///
/// A sequence has the same tokens in every round, so what the cache holds of it stays right: the tokens before the
/// clock starts are read once. Not safe for use by several threads.
public final class SpeedMeter implements AutoCloseable {
    /// Rotary frequencies must not change between rounds; no speed depends on this length.
    private static final int PROMPT_TOKENS = 1;

    private final Decoder decoder;
    private final KvBlocks cache;
    private final BooleanSupplier cancelled;
    private final List<Text> texts = new ArrayList<>();
    private final float[] logits;

    /// One sequence: its tokens, and how many of them the cache holds.
    private static final class Text {
        private final BlockTable table;
        private final int[] tokens;
        private int cached;

        Text(BlockTable table, int[] tokens) {
            this.table = table;
            this.tokens = tokens;
        }

        BatchEntry entry(int from, int to, LogitRows wanted) {
            BatchEntry entry = table.entry(tokens, from, to, PROMPT_TOKENS, wanted, List.of());
            cached = Math.max(cached, to);
            return entry;
        }
    }

    /// @param cache with at least [#blocks] blocks for each piece of work; stays the caller's to close
    /// @param cancelled asked between steps; work that it ends gives no result
    public SpeedMeter(Decoder decoder, KvBlocks cache, BooleanSupplier cancelled) {
        this.decoder = decoder;
        this.cache = cache;
        this.cancelled = cancelled;
        this.logits = new float[decoder.spec().vocab()];
    }

    /// Cache blocks that all this work needs, one piece after the other.
    public static int blocks(List<SpeedCase> works) {
        int sequences = works.stream().mapToInt(SpeedCase::sequences).max().orElse(0);
        int blocks = 0;
        for (int i = 0; i < sequences; i++) {
            int text = i;
            int longest = works.stream()
                    .filter(work -> work.sequences() > text)
                    .mapToInt(SpeedCase::length)
                    .max()
                    .orElse(0);
            blocks += Math.ceilDiv(longest, KvLayout.BLOCK_TOKENS);
        }
        return blocks;
    }

    /// Does the work once.
    ///
    /// @return nanoseconds, or nothing if it was cancelled
    /// @throws IllegalArgumentException if it is longer than the model's context, or has more sequences than a step
    ///     has rows
    public OptionalLong run(SpeedCase work) {
        check(work);
        List<Text> members = texts(work.sequences());
        for (Text text : members) {
            read(List.of(text), text.cached, work.depth(), LogitRows.NONE);
        }
        long started = System.nanoTime();
        int promptEnd = work.depth() + work.promptTokens();
        read(members, work.depth(), promptEnd, LogitRows.LAST);
        for (int at = promptEnd; at < work.length() && !cancelled.getAsBoolean(); at++) {
            int position = at;
            step(members.stream()
                    .map(text -> text.entry(position, position + 1, LogitRows.LAST))
                    .toList());
        }
        return cancelled.getAsBoolean() ? OptionalLong.empty() : OptionalLong.of(System.nanoTime() - started);
    }

    private void check(SpeedCase work) {
        int context = decoder.spec().contextLength();
        if (work.length() > context) {
            throw new IllegalArgumentException(work.label() + " is " + work.length()
                    + " tokens long, and the model's context is " + context + ". Allow more with --context.");
        }
        if (work.sequences() > decoder.rowsMax()) {
            throw new IllegalArgumentException(
                    work.label() + ": a step has at most " + decoder.rowsMax() + " sequences");
        }
    }

    private List<Text> texts(int count) {
        RandomGeneratorFactory<RandomGenerator> generators = RandomGeneratorFactory.of("L64X128MixRandom");
        while (texts.size() < count) {
            int[] tokens = generators
                    .create(texts.size())
                    .ints(decoder.spec().contextLength(), 0, decoder.spec().vocab())
                    .toArray();
            texts.add(new Text(new BlockTable(cache), tokens));
        }
        return texts.subList(0, count);
    }

    /// Reads tokens `from` to `to` of each text, as many a step as fit.
    ///
    /// @param wanted for the last token of each
    private void read(List<Text> members, int from, int to, LogitRows wanted) {
        List<BatchEntry> entries = new ArrayList<>();
        int rows = decoder.rowsMax();
        for (Text text : members) {
            int at = from;
            while (at < to && !cancelled.getAsBoolean()) {
                int end = Math.min(to, at + rows);
                entries.add(text.entry(at, end, end == to ? wanted : LogitRows.NONE));
                rows -= end - at;
                at = end;
                if (rows == 0) {
                    step(entries);
                    entries = new ArrayList<>();
                    rows = decoder.rowsMax();
                }
            }
        }
        if (!entries.isEmpty()) {
            step(entries);
        }
    }

    private void step(List<BatchEntry> entries) {
        Logits result = decoder.forward(new Batch(entries), cache);
        for (int row = 0; row < result.rows(); row++) {
            result.copyRow(row, logits);
        }
    }

    /// Gives the cache blocks back.
    @Override
    public void close() {
        texts.forEach(text -> text.table.close());
        texts.clear();
    }
}
