package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerChunksTest {
    private static List<Integer> takeAll(WorkerChunks chunks, int worker) {
        List<Integer> taken = new ArrayList<>();
        for (int chunk = chunks.take(worker); chunk != WorkerChunks.NONE; chunk = chunks.take(worker)) {
            taken.add(chunk);
        }
        return taken;
    }

    @Test
    void giveEachWorkerARunInOrder() {
        WorkerChunks chunks = new WorkerChunks(10, 2);
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            taken.add(chunks.take(0));
            taken.add(chunks.take(1));
        }
        assertThat(taken).containsExactly(0, 5, 1, 6, 2, 7, 3, 8, 4, 9);
        assertThat(chunks.take(0)).isEqualTo(WorkerChunks.NONE);
        assertThat(chunks.take(1)).isEqualTo(WorkerChunks.NONE);
    }

    @Test
    void giveTheEndOfOthersRunsToWhoIsDone() {
        WorkerChunks chunks = new WorkerChunks(6, 2);
        assertThat(chunks.take(1)).isEqualTo(3);
        assertThat(takeAll(chunks, 0)).containsExactly(0, 1, 2, 5, 4);
        assertThat(takeAll(chunks, 1)).isEmpty();
    }

    /// Fewer chunks than workers, one worker, chunks that do not go into the workers.
    @ParameterizedTest
    @CsvSource({"0,3", "1,3", "2,3", "7,1", "7,3", "1000,7"})
    void leaveNothingToWhomeverComesLate(int count, int workers) {
        WorkerChunks chunks = new WorkerChunks(count, workers);
        assertThat(takeAll(chunks, workers - 1)).hasSize(count).doesNotHaveDuplicates();
        for (int worker = 0; worker < workers; worker++) {
            assertThat(chunks.take(worker)).isEqualTo(WorkerChunks.NONE);
        }
    }

    @Test
    void areGivenOnceWhenAllTakeAtTheSameTime() throws InterruptedException {
        int count = 200_000;
        WorkerChunks chunks = new WorkerChunks(count, 3);
        AtomicIntegerArray given = new AtomicIntegerArray(count);
        Thread[] workers = new Thread[3];
        for (int i = 0; i < workers.length; i++) {
            int worker = i;
            workers[i] = Thread.ofPlatform().start(() -> takeAll(chunks, worker).forEach(given::incrementAndGet));
        }
        for (Thread worker : workers) {
            worker.join();
        }
        for (int i = 0; i < count; i++) {
            assertThat(given.get(i)).isOne();
        }
    }
}
