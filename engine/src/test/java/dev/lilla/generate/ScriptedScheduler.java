package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.ByteTokenizer;
import dev.lilla.chat.AnswerListener;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/// A scheduler whose steps and time a test makes by hand, on a cache of a chosen size; after each step all that must
/// hold is checked.
final class ScriptedScheduler implements AutoCloseable {
    static final String TENANT = "somebody";

    private static final int STEPS_MAX = 20_000;

    private final OpenModel model;
    private final KvBlocks pool;
    private final BatchScheduler scheduler;
    private final Map<TextStream, List<TextEvent>> seen = new LinkedHashMap<>();
    private long nanos = 1_000_000_000;

    ScriptedScheduler(OpenModel model, int blocks, SchedulerOptions options) {
        this(model, blocks, options, Drafter.NONE);
    }

    ScriptedScheduler(OpenModel model, int blocks, SchedulerOptions options, Drafter drafter) {
        this.model = model;
        this.pool = model.backend().allocateBlocks(model.decoder().kvLayout(KvType.F32), blocks);
        ServedModel served = new ServedModel(
                model.decoder(), pool, new ByteTokenizer(model.decoder().spec().vocab()), "test", drafter);
        this.scheduler = new BatchScheduler(served, options, () -> nanos);
    }

    BatchScheduler scheduler() {
        return scheduler;
    }

    KvBlocks pool() {
        return pool;
    }

    TextStream submit(GenerationRequest request) {
        return submit(ServingRequest.of(request, TENANT));
    }

    TextStream submit(ServingRequest request) {
        TextStream stream = scheduler.submit(request);
        seen.put(stream, new ArrayList<>());
        return stream;
    }

    void pass(Duration time) {
        nanos += time.toNanos();
    }

    /// Makes a step.
    boolean step() {
        boolean computed = scheduler.step();
        scheduler.checkInvariants();
        return computed;
    }

    /// Makes steps and reads all streams until there is nothing to do.
    void run() {
        int steps = 0;
        boolean hasMore = true;
        while (hasMore) {
            hasMore = step();
            for (TextStream stream : seen.keySet()) {
                hasMore |= read(stream) > 0;
            }
            assertThat(steps++).as("steps").isLessThan(STEPS_MAX);
        }
    }

    /// Takes what lies in a stream.
    ///
    /// @return the number of events
    int read(TextStream stream) {
        List<TextEvent> events = events(stream);
        int before = events.size();
        try {
            for (Optional<TextEvent> event = stream.next(Duration.ZERO);
                    event.isPresent();
                    event = stream.next(Duration.ZERO)) {
                events.add(event.get());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return events.size() - before;
    }

    /// All that was read from a stream.
    List<TextEvent> events(TextStream stream) {
        List<TextEvent> events = seen.get(stream);
        if (events == null) {
            throw new IllegalArgumentException("no stream of this scheduler");
        }
        return events;
    }

    /// Tokens written so far, of the first choice, read or not.
    int written(TextStream stream) {
        read(stream);
        return (int) events(stream).stream()
                .filter(event -> event instanceof TextEvent.Token)
                .count();
    }

    List<Completion> completions(TextStream stream) {
        read(stream);
        assertThat(stream.isEnded()).isTrue();
        CompletionCollector collector = new CompletionCollector();
        events(stream).forEach(collector::add);
        return List.copyOf(collector.completions());
    }

    Completion completion(TextStream stream) {
        return completions(stream).getFirst();
    }

    TextEvent.End end(TextStream stream) {
        read(stream);
        return (TextEvent.End) events(stream).getLast();
    }

    RuntimeException failure(TextStream stream) {
        read(stream);
        return ((TextEvent.Failure) events(stream).getLast()).cause();
    }

    /// The same text written alone, on a cache of its own.
    int[] alone(ServingRequest request, int choice) {
        try (Sequence sequence = model.sequence(request.choice(choice), AnswerListener.NONE)) {
            SequenceRunner runner = new SequenceRunner(model.decoder(), model.cache());
            runner.add(sequence);
            runner.run();
            return sequence.completion().tokens();
        }
    }

    int[] alone(GenerationRequest request) {
        return alone(ServingRequest.of(request, TENANT), 0);
    }

    int[] prompt(int tokens, long seed) {
        return new SplittableRandom(seed)
                .ints(tokens, 0, model.decoder().spec().vocab())
                .toArray();
    }

    /// Closes the scheduler, which must leave no block taken.
    @Override
    public void close() {
        scheduler.close();
        scheduler.checkInvariants();
        assertThat(pool.taken()).as("blocks left behind").isZero();
        pool.close();
    }
}
