package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerChunksTest {
    private static String take(WorkerChunks chunks, int worker) {
        long taken = chunks.take(worker);
        return taken == WorkerChunks.NONE ? "none" : WorkerChunks.from(taken) + "-" + WorkerChunks.to(taken);
    }

    private static List<Integer> takeAll(WorkerChunks chunks, int worker) {
        List<Integer> all = new ArrayList<>();
        for (long taken = chunks.take(worker); taken != WorkerChunks.NONE; taken = chunks.take(worker)) {
            IntStream.range(WorkerChunks.from(taken), WorkerChunks.to(taken)).forEach(all::add);
        }
        return all;
    }

    @Test
    void giveEachWorkerItsRunInOrderInEverSmallerParts() {
        WorkerChunks chunks = new WorkerChunks(24, 2);
        assertThat(take(chunks, 0)).isEqualTo("0-4");
        assertThat(take(chunks, 1)).isEqualTo("12-16");
        assertThat(take(chunks, 0)).isEqualTo("4-6");
        assertThat(take(chunks, 1)).isEqualTo("16-18");
        assertThat(takeAll(chunks, 0).subList(0, 6)).containsExactly(6, 7, 8, 9, 10, 11);
    }

    @Test
    void giveTheEndOfAnothersRunToWhoIsDone() {
        WorkerChunks chunks = new WorkerChunks(12, 2);
        for (String part : List.of("6-8", "8-9", "9-10", "10-11", "11-12", "3-6")) {
            assertThat(take(chunks, 1)).isEqualTo(part);
        }
        assertThat(take(chunks, 0)).isEqualTo("0-1");
        assertThat(take(chunks, 1)).isEqualTo("2-3");
        assertThat(take(chunks, 0)).isEqualTo("1-2");
        assertThat(take(chunks, 0)).isEqualTo("none");
        assertThat(take(chunks, 1)).isEqualTo("none");
    }

    /// No chunks, fewer than workers, one worker, chunks that do not go into the workers.
    @ParameterizedTest
    @CsvSource({"0,3", "1,3", "2,3", "7,1", "7,3", "1000,7"})
    void leaveNothingToWhomeverComesLate(int count, int workers) {
        WorkerChunks chunks = new WorkerChunks(count, workers);
        assertThat(takeAll(chunks, workers - 1)).hasSize(count).doesNotHaveDuplicates();
        for (int worker = 0; worker < workers; worker++) {
            assertThat(take(chunks, worker)).isEqualTo("none");
        }
    }

    @Test
    void areGivenOnceWhenAllTakeAtTheSameTime() throws InterruptedException {
        int count = 1000;
        for (int round = 0; round < 200; round++) {
            WorkerChunks chunks = new WorkerChunks(count, 3);
            AtomicIntegerArray given = new AtomicIntegerArray(count);
            Thread[] workers = new Thread[3];
            for (int i = 0; i < workers.length; i++) {
                int worker = i;
                workers[i] =
                        Thread.ofPlatform().start(() -> takeAll(chunks, worker).forEach(given::incrementAndGet));
            }
            for (Thread worker : workers) {
                worker.join();
            }
            for (int i = 0; i < count; i++) {
                assertThat(given.get(i)).isOne();
            }
        }
    }
}
