package dev.lilla.generate;

import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.Decoder;
import dev.lilla.model.LogitRows;
import dev.lilla.model.Logits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Lets a smaller model of the same vocabulary guess: drawn as the sequence itself draws, or its likeliest tokens where
/// the sequence is greedy.
///
/// All sequences go through it side by side, a token each a pass. It reads prompts a step's rows at a time, so that no
/// step of the scheduler waits for a long one. Where its context or its cache ends, it guesses nothing. Not safe for
/// use by several threads.
public final class ModelDrafter implements Drafter {
    /// So much is read in passing where no guess is wanted: a prompt, and not the token that was just written.
    private static final int READ_ALONG_MIN = 32;

    private final Decoder decoder;
    private final KvBlocks cache;
    private final int tokens;
    private final int tokensMax;
    private final int contextTokens;
    private final float[] logits;
    private final List<DraftLane> lanes = new ArrayList<>();

    /// @param decoder of the smaller model
    /// @param cache of the smaller model; stays the caller's to close
    /// @param tokens ids below it stand for the same token in both models
    /// @param tokensMax the most tokens to guess, at least 1
    public ModelDrafter(Decoder decoder, KvBlocks cache, int tokens, int tokensMax) {
        this.decoder = decoder;
        this.cache = cache;
        this.tokens = Math.min(tokens, decoder.spec().vocab());
        this.tokensMax = tokensMax;
        this.contextTokens = Math.min(decoder.spec().contextLength(), cache.capacity() * KvLayout.BLOCK_TOKENS);
        this.logits = new float[decoder.spec().vocab()];
    }

    @Override
    public int tokensMax() {
        return tokensMax;
    }

    @Override
    public void draft(List<Sequence> sequences) {
        lanes.stream().filter(lane -> sequences.stream().noneMatch(lane::isOf)).forEach(DraftLane::free);
        List<DraftLane> reading = new ArrayList<>();
        for (Sequence sequence : sequences) {
            if (isReadable(sequence)) {
                DraftLane lane = laneOf(sequence);
                lane.follow();
                if (lane.room() > 0 || lane.pending() >= READ_ALONG_MIN) {
                    reading.add(lane);
                }
            }
        }
        while (!reading.isEmpty()) {
            reading = pass(reading);
        }
    }

    /// Takes lanes one pass further.
    ///
    /// @return those that want to go on
    private List<DraftLane> pass(List<DraftLane> reading) {
        List<DraftLane> members = new ArrayList<>();
        List<BatchEntry> entries = new ArrayList<>();
        int rows = decoder.rowsMax();
        for (DraftLane lane : reading) {
            Optional<BatchEntry> entry = rows > 0 ? next(lane, rows) : Optional.empty();
            if (entry.isPresent()) {
                rows -= entry.get().tokens().length;
                members.add(lane);
                entries.add(entry.get());
            }
        }
        List<DraftLane> further = new ArrayList<>();
        if (members.isEmpty()) {
            return further;
        }
        Logits result = decoder.forward(new Batch(entries), cache);
        for (int i = 0; i < members.size(); i++) {
            DraftLane lane = members.get(i);
            lane.read(entries.get(i));
            if (entries.get(i).wanted() == LogitRows.LAST) {
                result.copyRow(result.firstRow(i), logits);
                lane.guess(logits, tokens);
                if (lane.room() > 0 && lane.length() < contextTokens) {
                    further.add(lane);
                }
            }
        }
        return further;
    }

    /// The next entry of a lane; empty where the cache has no room for it, even without what lies there unused.
    private Optional<BatchEntry> next(DraftLane lane, int rows) {
        try {
            return Optional.of(lane.next(rows));
        } catch (CapacityException full) {
            lanes.stream().filter(DraftLane::isFree).forEach(DraftLane::close);
            lanes.removeIf(DraftLane::isFree);
        }
        try {
            return Optional.of(lane.next(rows));
        } catch (CapacityException full) {
            return Optional.empty();
        }
    }

    /// Whether the draft model has a token for all that the sequence holds, and a place for it.
    private boolean isReadable(Sequence sequence) {
        TokenHistory history = sequence.history();
        if (history.length() >= contextTokens) {
            return false;
        }
        for (int i = 0; i < history.length(); i++) {
            if (history.token(i) >= tokens) {
                return false;
            }
        }
        return true;
    }

    private DraftLane laneOf(Sequence sequence) {
        Optional<DraftLane> own =
                lanes.stream().filter(lane -> lane.isOf(sequence)).findFirst();
        if (own.isPresent()) {
            return own.get();
        }
        Optional<DraftLane> free =
                lanes.stream().filter(DraftLane::isFree).max(Comparator.comparingInt(lane -> lane.common(sequence)));
        DraftLane lane =
                free.orElseGet(() -> new DraftLane(cache, decoder.spec().vocab()));
        if (free.isEmpty()) {
            lanes.add(lane);
        }
        lane.serve(sequence);
        return lane;
    }

    @Override
    public void close() {
        lanes.forEach(DraftLane::close);
        lanes.clear();
    }
}
