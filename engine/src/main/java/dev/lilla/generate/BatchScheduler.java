package dev.lilla.generate;

import dev.lilla.chat.DraftUsage;
import dev.lilla.chat.FinishReason;
import dev.lilla.generate.PrefixCache.Match;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.Logits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Writes the texts of many callers with one model: continuous batching on a paged cache.
///
/// Before each step texts come and go; a step takes a token of every text that is being written and fills up with
/// chunks of prompts, so a long prompt never stops a running text. One choice of a request goes this way:
///
/// ```
///  submit ──► WAITING ──── place in the cache ───► RUNNING ── stop, length ──► ENDED
///  (or a refusal) │ ▲      (cached beginning        │  │                        ▲
///                 │ │       reused)                 │  └── failing step ────────┤
///                 │ └──── blocks run out: ──────────┘                           │
///                 │       tokens kept, read again later                         │
///                 └───────────── cancelled, past its deadline (both states) ────┘
/// ```
///
/// A running text reads its prompt in chunks and then writes. While its reader is behind it is not part of steps; it
/// keeps its place until somebody else needs it. What a text becomes depends on its request alone: not on company,
/// chunks, reuse or preemption, as rows of a step never influence each other (where a backend rounds long prompts, the
/// last bits of logits may depend on what was reused).
///
/// [#submit] and [#status] may be called by any thread, all else by the one that makes the steps: see
/// [SchedulerThread].
public final class BatchScheduler implements AutoCloseable {
    private final ServedModel model;
    private final SchedulerOptions options;
    private final LongSupplier clock;
    private final int rowsMax;
    private final Inbox inbox;
    private final FairQueue queue = new FairQueue();
    private final CachePlaces places;
    private final DraftTurn drafts;
    private final float[] logits;
    private final AtomicLong arrivals = new AtomicLong();
    private final SchedulerCounts counts = new SchedulerCounts();
    private volatile Runnable wake = () -> {};
    private volatile SchedulerStatus status;

    /// On the system's clock.
    public BatchScheduler(ServedModel model, SchedulerOptions options) {
        this(model, options, System::nanoTime);
    }

    /// @param clock nanoseconds from any origin, for deadlines and times
    public BatchScheduler(ServedModel model, SchedulerOptions options, LongSupplier clock) {
        this.model = model;
        this.options = options;
        this.clock = clock;
        this.rowsMax = Math.min(options.rowsMax(), model.decoder().rowsMax());
        this.inbox = new Inbox(options);
        this.places = new CachePlaces(model, queue, Math.min(options.runningMax(), rowsMax));
        this.drafts = new DraftTurn(model.drafter(), rowsMax);
        this.logits = new float[model.decoder().spec().vocab()];
        this.status = counts.status(queue, places, model);
    }

    /// Asks for texts. Safe for use by any thread.
    ///
    /// @return where they can be read as they are written
    /// @throws IllegalArgumentException if the prompt leaves no room in the context, or has a foreign token
    /// @throws dev.lilla.kernel.CapacityException if too many texts wait already
    /// @throws IllegalStateException if the scheduler is closed
    public TextStream submit(ServingRequest request) {
        check(request);
        TextStream stream = new TextStream(request.choices(), options.eventsMax(), () -> wake.run());
        ServedText.Arrival arrival = new ServedText.Arrival(arrivals.getAndIncrement(), clock.getAsLong());
        List<ServedText> texts = new ArrayList<>(request.choices());
        for (int choice = 0; choice < request.choices(); choice++) {
            texts.add(new ServedText(request, choice, arrival, stream, choice == 0 ? null : texts.getFirst()));
        }
        inbox.add(texts);
        wake.run();
        return stream;
    }

    /// Says early that [#submit] would refuse a text, before a prompt is made of it. Safe for use by any thread.
    ///
    /// @param tenant who asks
    /// @throws dev.lilla.kernel.CapacityException if too many texts wait already
    public void requirePlace(String tenant) {
        inbox.requirePlaces(1, tenant);
    }

    /// Refuses what would fail later, beside others.
    @SuppressWarnings("CheckReturnValue") // a matcher is made to see whether it can be
    private void check(ServingRequest request) {
        GenerationRequest generation = request.generation();
        terms(request).room(generation.prompt().length);
        new StopMatcher(generation.stop().strings());
        int vocab = model.decoder().spec().vocab();
        for (int token : generation.prompt()) {
            if (token < 0 || token >= vocab) {
                throw new IllegalArgumentException(
                        "the prompt has token " + token + ", and this model has ids 0 to " + (vocab - 1));
            }
        }
    }

    private SequenceTerms terms(ServingRequest request) {
        int vocab = model.decoder().spec().vocab();
        return new SequenceTerms(model.tokenizer(), vocab, model.contextTokens(), request.topLogprobs(), clock);
    }

    /// What it is doing and has done. Safe for use by any thread.
    public SchedulerStatus status() {
        return status;
    }

    /// Makes one step.
    ///
    /// @return false if there was nothing to compute, nor will be until [#submit], a reader, a cancellation or
    ///     the time until [#nanosToDeadline] changes that
    public boolean step() {
        inbox.take().forEach(queue::enter);
        endUnwanted();
        places.admit(new Admission());
        boolean computes = computeStep();
        status = counts.status(queue, places, model);
        return computes;
    }

    private void endUnwanted() {
        long now = clock.getAsLong();
        for (ServedText text : everyText()) {
            if (text.isCancelled()) {
                end(text, FinishReason.CANCELLED);
            } else if (text.nanosLeft(now) <= 0) {
                end(text, FinishReason.DEADLINE);
            }
        }
    }

    private List<ServedText> everyText() {
        List<ServedText> all = new ArrayList<>(places.running());
        queue.waiting().forEach(all::add);
        return all;
    }

    /// Nanoseconds until the next text has to have ended; `Long.MAX_VALUE` if none has to.
    public long nanosToDeadline() {
        long now = clock.getAsLong();
        return everyText().stream().mapToLong(text -> text.nanosLeft(now)).min().orElse(Long.MAX_VALUE);
    }

    private final class Admission implements CachePlaces.Admission {
        @Override
        public SequenceTerms terms(ServedText text) {
            inbox.settle(text);
            return BatchScheduler.this.terms(text.request());
        }

        @Override
        public void placed(ServedText text, Match match) {
            if (text.isFirstPlace()) {
                counts.cached(text.sequence().cached());
            }
        }

        @Override
        public void failed(ServedText text, RuntimeException cause) {
            fail(text, cause);
        }
    }

    private boolean computeStep() {
        List<ServedText> active = places.running().stream()
                .filter(text -> !text.stream().isFull())
                .toList();
        Map<ServedText, BatchEntry> plan;
        Logits result;
        try {
            drafts.take(
                    active.stream().map(ServedText::sequence).toList(),
                    places.cache().available());
            plan = plan(active);
        } catch (RuntimeException e) {
            active.forEach(text -> fail(text, e));
            return true;
        }
        if (plan.isEmpty()) {
            return false;
        }
        try {
            result = model.decoder().forward(new Batch(List.copyOf(plan.values())), model.cache());
        } catch (RuntimeException e) {
            plan.keySet().forEach(text -> fail(text, e));
            return true;
        }
        counts.step(plan.size());
        int index = 0;
        for (Map.Entry<ServedText, BatchEntry> planned : plan.entrySet()) {
            advance(planned.getKey(), planned.getValue(), result, result.firstRow(index));
            index++;
        }
        return true;
    }

    /// A token and its guesses for every text that writes, then chunks of prompts, in turn.
    private Map<ServedText, BatchEntry> plan(List<ServedText> active) {
        Map<ServedText, BatchEntry> plan = new LinkedHashMap<>();
        int rows = rowsMax;
        for (ServedText text : active) {
            if (text.state() == ServedText.State.RUNNING && !text.sequence().isPrefill() && rows > 0) {
                rows -= add(text, rows, plan);
            }
        }
        rows = plan.isEmpty() ? rows : Math.min(rows, options.promptRowsBesideText());
        List<ServedText> readers = active.stream()
                .filter(text -> text.state() == ServedText.State.RUNNING
                        && text.sequence().isPrefill())
                .sorted(queue.byTurn())
                .toList();
        for (ServedText text : readers) {
            if (rows > 0) {
                rows -= add(text, rows, plan);
            }
        }
        return plan;
    }

    /// @return rows of the entry
    private int add(ServedText text, int rows, Map<ServedText, BatchEntry> plan) {
        try {
            Optional<BatchEntry> entry = places.entry(text, rows, plan.keySet());
            entry.ifPresent(value -> plan.put(text, value));
            return entry.map(value -> value.tokens().length).orElse(0);
        } catch (RuntimeException e) {
            fail(text, e);
            return 0;
        }
    }

    private void advance(ServedText text, BatchEntry entry, Logits result, int firstRow) {
        try {
            int before = text.length();
            counts.promptTokens(text.sequence().isPrefill() ? entry.tokens().length : 0);
            DraftUsage guessed = text.sequence().guesses();
            int cost = text.advance(entry, row -> {
                result.copyRow(firstRow + row, logits);
                return logits;
            });
            counts.written(text.length() - before);
            counts.guessed(guessed, text.sequence().guesses());
            queue.charge(text, cost);
            text.publish(places.cache());
        } catch (RuntimeException e) {
            fail(text, e);
            return;
        }
        if (text.sequence().isFinished()) {
            end(text, FinishReason.STOP);
        }
    }

    /// @param reason unless the text has its own
    private void end(ServedText text, FinishReason reason) {
        forget(text);
        text.end(reason, clock.getAsLong());
    }

    private void fail(ServedText text, RuntimeException cause) {
        if (text.state() != ServedText.State.ENDED) {
            counts.failure();
            try {
                forget(text);
            } finally {
                text.fail(cause);
            }
        }
    }

    private void forget(ServedText text) {
        inbox.settle(text);
        queue.leave(text);
        places.remove(text);
    }

    /// Who is told when there may be something to do again; called by any thread.
    void onWork(Runnable listener) {
        wake = listener;
    }

    /// Ends all texts with a failure and takes no more.
    void abandon(RuntimeException cause) {
        inbox.close();
        inbox.take().forEach(queue::enter);
        for (ServedText text : everyText()) {
            try {
                fail(text, cause);
            } catch (RuntimeException e) {
                cause.addSuppressed(e);
            }
        }
        places.cache().clear();
        status = counts.status(queue, places, model);
    }

    /// Cancels all texts, takes no more, and gives all cache blocks back; the model stays open.
    @Override
    public void close() {
        inbox.close();
        inbox.take().forEach(queue::enter);
        everyText().forEach(text -> end(text, FinishReason.CANCELLED));
        places.cache().clear();
        status = counts.status(queue, places, model);
    }

    /// Checks what must hold between steps.
    ///
    /// @throws IllegalStateException if a block is nobody's, or has other users than those who say so
    void checkInvariants() {
        int[] users = places.cache().users();
        for (ServedText text : places.running()) {
            for (int block : text.sequence().table().blocks()) {
                users[block]--;
            }
        }
        for (int block = 0; block < users.length; block++) {
            if (users[block] != 0) {
                throw new IllegalStateException("block " + block + " counts " + users[block]
                        + " users more than there are running texts that hold it");
            }
        }
        places.cache().check();
    }
}
