package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.ByteTokenizer;
import dev.lilla.Oracle;
import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.tokenizer.Detokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many virtual threads and the one that computes. The time limit is there for a test that hangs, not for a slow one.
@Timeout(300)
class SchedulerThreadTest {
    private static final SchedulerOptions OPTIONS = SchedulerOptions.defaults().withEventsMax(3);

    private OpenModel model;

    @BeforeEach
    void open() {
        model = new OpenModel(Oracle.models().getFirst());
    }

    @AfterEach
    void close() {
        model.close();
    }

    private SchedulerThread start(ByteTokenizer tokenizer) {
        ServedModel served = new ServedModel(model.decoder(), model.cache(), tokenizer, "test", Drafter.NONE);
        return SchedulerThread.start(new BatchScheduler(served, OPTIONS));
    }

    private SchedulerThread start() {
        return start(new ByteTokenizer(model.decoder().spec().vocab()));
    }

    private GenerationRequest request(int prompt, int tokens, long seed) {
        int[] ids = new SplittableRandom(seed)
                .ints(prompt, 0, model.decoder().spec().vocab())
                .toArray();
        return new GenerationRequest(ids, SamplerOptions.sampled(1, seed), StopConditions.after(tokens), List.of());
    }

    private int[] alone(GenerationRequest request) {
        try (Sequence sequence = model.sequence(request, AnswerListener.NONE)) {
            SequenceRunner runner = new SequenceRunner(model.decoder(), model.cache());
            runner.add(sequence);
            runner.run();
            return sequence.completion().tokens();
        }
    }

    @Test
    void servesVirtualThreads() throws Exception {
        List<int[]> expected = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            expected.add(alone(request(20 + i, 15, i)));
        }
        List<Future<int[]>> answers = new ArrayList<>();
        try (SchedulerThread scheduler = start();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 12; i++) {
                ServingRequest request = ServingRequest.of(request(20 + i, 15, i), "tenant " + i % 3);
                answers.add(callers.submit(
                        () -> scheduler.submit(request).await().getFirst().tokens()));
            }
            for (int i = 0; i < 12; i++) {
                assertThat(answers.get(i).get()).isEqualTo(expected.get(i));
            }
            assertThat(scheduler.isAlive()).isTrue();
        }
        assertThat(model.cache().taken()).isZero();
    }

    @Test
    void cancelsForACallerThatLeaves() throws Exception {
        try (SchedulerThread scheduler = start();
                TextStream stream = scheduler.submit(ServingRequest.of(request(20, 2000, 1), "a"))) {
            for (int i = 0; i < 5; i++) {
                assertThat(stream.next()).isPresent();
            }
            stream.cancel();
            Completion rest = stream.await().getFirst();
            assertThat(rest.finishReason()).isEqualTo(FinishReason.CANCELLED);
        }
        assertThat(model.cache().taken()).isZero();
    }

    @Test
    void doesOtherWorkBetweenSteps() throws Exception {
        try (SchedulerThread scheduler = start()) {
            Thread thread = scheduler.between(Thread::currentThread).get();
            assertThat(thread.getName()).isEqualTo("lilla-scheduler");
            Future<Object> failing = scheduler.between(() -> {
                throw new IllegalArgumentException("no");
            });
            assertThatThrownBy(failing::get).isInstanceOf(ExecutionException.class);
            assertThat(scheduler
                            .submit(ServingRequest.of(request(20, 3, 1), "a"))
                            .await())
                    .hasSize(1);
        }
    }

    @Test
    void cancelsAllWhenClosed() throws Exception {
        TextStream stream;
        SchedulerThread scheduler = start();
        try (scheduler) {
            stream = scheduler.submit(ServingRequest.of(request(20, 3000, 1), "a"));
            assertThat(stream.next()).isPresent();
        }
        assertThat(stream.await().getFirst().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(scheduler.isAlive()).isFalse();
        assertThatThrownBy(() -> scheduler.submit(ServingRequest.of(request(20, 3, 1), "a")))
                .isInstanceOf(IllegalStateException.class);
        assertThat(scheduler.between(() -> 1).isCancelled()).isTrue();
    }

    @Test
    void failsAllTextsWhenItDies() {
        ByteTokenizer broken = new ByteTokenizer(model.decoder().spec().vocab()) {
            @Override
            public Detokenizer detokenizer() {
                throw new AssertionError("out of order");
            }
        };
        try (SchedulerThread scheduler = start(broken)) {
            TextStream stream = scheduler.submit(ServingRequest.of(request(20, 3, 1), "a"));
            assertThatThrownBy(stream::await)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("out of order");
        }
    }
}
