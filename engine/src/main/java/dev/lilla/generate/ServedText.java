package dev.lilla.generate;

import dev.lilla.chat.DraftUsage;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Usage;
import dev.lilla.generate.PrefixCache.Content;
import dev.lilla.generate.PrefixCache.Match;
import dev.lilla.generate.PrefixCache.Retention;
import dev.lilla.kernel.KvLayout;
import dev.lilla.model.BatchEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One choice of a request on its way through a [BatchScheduler], whose class comment shows the way.
///
/// Owned by the scheduler; only [#stream] is shared with other threads.
final class ServedText implements SequenceListener {
    private final ServingRequest request;
    private final int choice;
    private final Arrival arrival;
    private final TextStream stream;
    private final @Nullable ServedText leader;
    private final List<BlockKey> keys = new ArrayList<>();
    private State state = State.WAITING;
    private @Nullable BlockKey root;
    private @Nullable Sequence sequence;
    private boolean isQueued = true;
    private String tail = "";
    private long firstPlaced = -1;
    private int promptRead;
    private int furthest;
    private int preemptions;

    /// Where a text is on its way.
    enum State {
        WAITING,
        RUNNING,
        ENDED
    }

    /// When a text came.
    ///
    /// @param number counts requests
    /// @param nanos on the scheduler's clock
    record Arrival(long number, long nanos) {}

    /// @param leader the first choice of the same request, whose prompt this one shares; null for that itself
    ServedText(ServingRequest request, int choice, Arrival arrival, TextStream stream, @Nullable ServedText leader) {
        this.request = request;
        this.choice = choice;
        this.arrival = arrival;
        this.stream = stream;
        this.leader = leader;
    }

    ServingRequest request() {
        return request;
    }

    int choice() {
        return choice;
    }

    Arrival arrival() {
        return arrival;
    }

    TextStream stream() {
        return stream;
    }

    State state() {
        return state;
    }

    /// The sequence of a text that has had a place before.
    Sequence sequence() {
        if (sequence == null) {
            throw new IllegalStateException("a text that never had a place has no sequence");
        }
        return sequence;
    }

    /// Takes note that it no longer waits for its first place.
    ///
    /// @return whether it did until now
    boolean leaveQueue() {
        boolean was = isQueued;
        isQueued = false;
        return was;
    }

    /// Whether it has the first place it ever had.
    boolean isFirstPlace() {
        return preemptions == 0;
    }

    /// Whether a place would be of use now: not while its reader is behind, and not before the first choice has read
    /// the prompt they share.
    boolean isReady() {
        boolean leaderHasRead =
                leader == null || leader.state == State.ENDED || leader.promptRead >= leader.promptTokens();
        return leaderHasRead && !stream.isFull();
    }

    /// Nanoseconds until it has to have ended, negative if that is past.
    long nanosLeft(long now) {
        return request.timeLimit()
                .map(limit -> limit.toNanos() - (now - arrival.nanos()))
                .orElse(Long.MAX_VALUE);
    }

    int promptTokens() {
        return request.generation().prompt().length;
    }

    /// Tokens it holds: the prompt and what was written.
    int length() {
        return sequence == null ? promptTokens() : sequence.history().length();
    }

    /// Finds cached blocks for all but its last token, which has to be computed.
    Match find(PrefixCache cache, ServedModel model) {
        if (root == null) {
            root = BlockKey.root(
                    request.scope(),
                    model.digest(),
                    model.cache().layout().type(),
                    request.generation().adapters(),
                    model.decoder().spec(),
                    promptTokens());
        }
        int[] tokens = sequence == null
                ? request.generation().prompt()
                : sequence.history().tokens(0, length());
        List<int[]> chunks = new ArrayList<>();
        for (int end = KvLayout.BLOCK_TOKENS; end < tokens.length; end += KvLayout.BLOCK_TOKENS) {
            chunks.add(Arrays.copyOfRange(tokens, end - KvLayout.BLOCK_TOKENS, end));
        }
        return cache.find(root, chunks);
    }

    /// Takes a place: the blocks that were found, and new ones for the rest of its tokens.
    ///
    /// @throws dev.lilla.kernel.CapacityException if the cache has no block left, or no memory can be had
    void place(PrefixCache cache, Match match, SequenceTerms terms) {
        BlockTable table = new BlockTable(cache);
        if (sequence == null) {
            sequence = new Sequence(request.choice(choice), terms, new BlockTable(cache), this);
            firstPlaced = terms.clock().getAsLong();
        }
        for (int block : match.blocks()) {
            cache.share(block);
            table.append(block);
        }
        int cached = table.room();
        sequence.place(table, cached);
        keys.clear();
        keys.addAll(match.keys());
        furthest = Math.max(furthest, cached);
        state = State.RUNNING;
        table.reserve(length());
    }

    /// Gives its place up, to go on later.
    void leave() {
        sequence().leave();
        keys.clear();
        preemptions++;
        state = State.WAITING;
    }

    /// Takes note that an entry went through.
    ///
    /// @return what it cost: a token for every new one that went through, and one more for every one written
    int advance(BatchEntry entry, LogitSource logits) {
        int before = length();
        Sequence running = sequence();
        running.advance(entry, logits);
        int computed = Math.max(0, running.cached() - furthest);
        furthest = Math.max(furthest, running.cached());
        return computed + length() - before;
    }

    /// Lets others use the blocks that are full now.
    void publish(PrefixCache cache) {
        Sequence running = sequence();
        BlockKey parent = keys.isEmpty() ? root : keys.getLast();
        Retention retention = request.scope() instanceof CacheScope.Request ? Retention.DROPPED : Retention.KEPT;
        for (int index = keys.size(); (index + 1) * KvLayout.BLOCK_TOKENS <= running.cached(); index++) {
            int from = index * KvLayout.BLOCK_TOKENS;
            int[] tokens = running.history().tokens(from, from + KvLayout.BLOCK_TOKENS);
            if (parent == null) {
                throw new IllegalStateException("a text that runs has a root key");
            }
            parent = parent.child(tokens);
            cache.publish(running.table().blocks()[index], new Content(parent, tokens, retention));
            keys.add(parent);
        }
    }

    /// Ends it, if the sequence has not done so, and gives its blocks back.
    ///
    /// @param reason unless the sequence has its own
    void end(FinishReason reason, long now) {
        long total = now - arrival.nanos();
        Duration queued = Duration.ofNanos(firstPlaced < 0 ? total : firstPlaced - arrival.nanos());
        TextEvent.Waits waits = new TextEvent.Waits(queued, Duration.ofNanos(total), preemptions);
        if (sequence == null) {
            Usage none = new Usage(promptTokens(), 0, 0, Duration.ZERO, Duration.ZERO, DraftUsage.NONE);
            close(new TextEvent.End(choice, reason, "", none, waits));
        } else {
            sequence.end(reason);
            Completion completion = sequence.completion();
            close(new TextEvent.End(choice, completion.finishReason(), tail, completion.usage(), waits));
        }
    }

    void fail(RuntimeException cause) {
        close(new TextEvent.Failure(choice, cause));
    }

    private void close(TextEvent last) {
        try {
            if (sequence != null) {
                sequence.close();
            }
        } finally {
            // Whatever is broken here, the reader is not left waiting.
            state = State.ENDED;
            stream.give(last);
        }
    }

    @Override
    public void token(int token, String piece, Optional<TokenLogprobs> logprobs) {
        stream.give(new TextEvent.Token(choice, token, piece, logprobs));
    }

    @Override
    public void tail(String piece) {
        tail = piece;
    }

    @Override
    public void promptRead(int tokens, int promptTokens) {
        // What is read again after a preemption is no progress.
        if (tokens > promptRead) {
            promptRead = tokens;
            stream.give(new TextEvent.PromptRead(choice, tokens, promptTokens));
        }
    }

    @Override
    public boolean isCancelled() {
        return stream.isCancelled();
    }
}
