package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPoolTest {
    @Nested
    class Loops {
        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3, 7})
        void visitEveryIndexOnceWhateverTheGrain(int threads) {
            try (WorkerPool pool = new WorkerPool(threads)) {
                for (int count : new int[] {0, 1, 2, 15, 16, 17, 1000}) {
                    for (int grain : new int[] {1, 3, 16, 5000}) {
                        AtomicIntegerArray visits = new AtomicIntegerArray(count);
                        pool.run(count, grain, (from, to, worker) -> {
                            for (int i = from; i < to; i++) {
                                visits.incrementAndGet(i);
                            }
                        });
                        for (int i = 0; i < count; i++) {
                            assertThat(visits.get(i)).isOne();
                        }
                    }
                }
            }
        }

        @Test
        void giveWholeGrains() {
            try (WorkerPool pool = new WorkerPool(3)) {
                Set<Integer> borders = ConcurrentHashMap.newKeySet();
                pool.run(100, 4, (from, to, worker) -> {
                    borders.add(from);
                    borders.add(to);
                });
                assertThat(borders).contains(0, 100).allMatch(border -> border % 4 == 0);
            }
        }

        @Test
        void endWithWhatIsNoWholeGrain() {
            try (WorkerPool pool = new WorkerPool(3)) {
                Set<String> parts = ConcurrentHashMap.newKeySet();
                pool.run(10, 4, (from, to, worker) -> parts.add(from + "-" + to));
                assertThat(parts).containsExactlyInAnyOrder("0-4", "4-8", "8-10");
            }
        }

        @Test
        void runAtTheSameTimeOnAllWorkers() {
            try (WorkerPool pool = new WorkerPool(3)) {
                Set<Integer> workers = ConcurrentHashMap.newKeySet();
                CountDownLatch met = new CountDownLatch(3);
                pool.run(3, 1, (from, to, worker) -> {
                    workers.add(worker);
                    met.countDown();
                    awaitQuietly(met);
                });
                assertThat(workers).containsExactlyInAnyOrder(0, 1, 2);
            }
        }

        @Test
        void followEachOtherByTheThousandsWithSeveralPoolsAtWork() throws InterruptedException {
            AtomicInteger wrong = new AtomicInteger();
            Thread[] callers = new Thread[3];
            for (int c = 0; c < callers.length; c++) {
                callers[c] = new Thread(() -> {
                    try (WorkerPool pool = new WorkerPool(4)) {
                        for (int round = 0; round < 3000; round++) {
                            AtomicInteger sum = new AtomicInteger();
                            pool.run(100, 7, (from, to, worker) -> sum.addAndGet(to - from));
                            if (sum.get() != 100) {
                                wrong.incrementAndGet();
                            }
                        }
                    }
                });
                callers[c].start();
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(wrong).hasValue(0);
        }

        @Test
        void wakeWorkersThatWentToSleep() throws InterruptedException {
            try (WorkerPool pool = new WorkerPool(2)) {
                for (int round = 0; round < 5; round++) {
                    Thread.sleep(20);
                    CountDownLatch met = new CountDownLatch(2);
                    pool.run(2, 1, (from, to, worker) -> {
                        met.countDown();
                        awaitQuietly(met);
                    });
                    assertThat(met.getCount()).isZero();
                }
            }
        }
    }

    @Nested
    class Failures {
        @ParameterizedTest
        @ValueSource(ints = {0, 1, 63})
        void reachTheCallerWhicheverChunkFails(int failing) {
            try (WorkerPool pool = new WorkerPool(2)) {
                assertThatThrownBy(() -> pool.run(64, 1, (from, to, worker) -> {
                            if (from <= failing && failing < to) {
                                throw new IllegalArgumentException("chunk " + failing);
                            }
                        }))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("chunk " + failing);
            }
        }

        @Test
        void leaveThePoolUsable() {
            try (WorkerPool pool = new WorkerPool(2)) {
                assertThatThrownBy(() -> pool.run(8, 1, (from, to, worker) -> {
                            throw new AssertionError("all fail");
                        }))
                        .isInstanceOf(AssertionError.class);
                AtomicInteger sum = new AtomicInteger();
                pool.run(8, 1, (from, to, worker) -> sum.addAndGet(to - from));
                assertThat(sum).hasValue(8);
            }
        }

        @Test
        void includeALoopInsideALoop() {
            try (WorkerPool pool = new WorkerPool(2)) {
                assertThatIllegalStateException()
                        .isThrownBy(() -> pool.run(
                                2, 1, (from, to, worker) -> pool.run(1, 1, (inner, innerTo, innerWorker) -> {})))
                        .withMessageContaining("one step at a time");
            }
        }
    }

    @Nested
    class Closing {
        @Test
        void endsTheThreads() {
            WorkerPool pool = new WorkerPool(3);
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            CountDownLatch met = new CountDownLatch(3);
            pool.run(3, 1, (from, to, worker) -> {
                threads.add(Thread.currentThread());
                met.countDown();
                awaitQuietly(met);
            });
            threads.remove(Thread.currentThread());
            assertThat(threads).hasSize(2).allMatch(Thread::isDaemon);
            pool.close();
            assertThat(threads).noneMatch(Thread::isAlive);
        }

        @Test
        void waitsForALoopOnAnotherThread() throws InterruptedException {
            WorkerPool pool = new WorkerPool(2);
            CountDownLatch running = new CountDownLatch(1);
            CountDownLatch released = new CountDownLatch(1);
            AtomicInteger done = new AtomicInteger();
            Thread computing = Thread.ofPlatform()
                    .start(() -> pool.run(4, 1, (from, to, worker) -> {
                        running.countDown();
                        awaitQuietly(released);
                        done.incrementAndGet();
                    }));
            awaitQuietly(running);
            Thread closing = Thread.ofPlatform().start(pool::close);
            closing.join(50);
            assertThat(closing.isAlive()).isTrue();
            released.countDown();
            closing.join();
            assertThat(done).hasValue(4);
            computing.join();
        }

        @Test
        void refusesFurtherLoops() {
            WorkerPool pool = new WorkerPool(2);
            pool.close();
            pool.close();
            assertThatIllegalStateException().isThrownBy(() -> pool.run(1, 1, (from, to, worker) -> {}));
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
