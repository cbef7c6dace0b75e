package dev.lilla.serve.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.ProjectFolder;
import dev.lilla.format.ModelFormatException;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.generate.SchedulerOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ModelPoolTest {
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(100);

    private final AtomicLong clock = new AtomicLong();
    private final Demo a = new Demo("a", false);
    private final Demo b = new Demo("b", false);
    private final Demo c = new Demo("c", false);
    private final Demo kept = new Demo("kept", true);
    private final ModelPool pool = pool(20, Duration.ofMinutes(5));

    private ModelPool pool(long memory, Duration wait) {
        return new ModelPool(() -> List.of(a, b, c, kept), new PoolOptions(memory, KEEP_ALIVE, wait), clock::get);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    /// The demo model, said to take ten bytes.
    private static final class Demo implements ModelSource {
        private final ModelEntry entry;
        private final boolean isPinned;
        private final AtomicInteger loads = new AtomicInteger();
        private final CountDownLatch gate;

        Demo(String name, boolean isPinned) {
            this(name, isPinned, new CountDownLatch(0));
        }

        Demo(String name, boolean isPinned, CountDownLatch gate) {
            this.entry = new ModelEntry(name, Instant.EPOCH, 1, 1, 512, 1, new ModelDetails("gguf", "llama", "F16"));
            this.isPinned = isPinned;
            this.gate = gate;
        }

        @Override
        public ModelEntry entry() {
            return entry;
        }

        @Override
        public long memoryBytes() {
            return 10;
        }

        @Override
        public boolean isPinned() {
            return isPinned;
        }

        @Override
        public HostedModel load() throws IOException {
            loads.incrementAndGet();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            LocalModel local = LocalModel.open(ProjectFolder.demoModel(), LocalModelOptions.defaults());
            return HostedModel.start(
                    entry.name(), local, new HostingOptions(512, SchedulerOptions.defaults(), List.of()));
        }
    }

    private void use(Demo model) throws InterruptedException {
        clock.addAndGet(1);
        pool.lease(model.entry()).close();
    }

    private List<String> loaded() {
        return pool.inMemory().stream().map(HostedModel::modelName).sorted().toList();
    }

    @Test
    void loadsAModelOnceForAllWhoAsk() throws InterruptedException {
        assertThat(pool.inMemory()).isEmpty();
        try (ModelLease one = pool.lease(a.entry());
                ModelLease two = pool.lease(a.entry())) {
            assertThat(one.model().entry().name()).isEqualTo("a");
            assertThat(two.model().isAlive()).isTrue();
        }
        assertThat(a.loads).hasValue(1);
        assertThat(loaded()).containsExactly("a");
    }

    @Test
    void freesTheModelThatHasBeenIdleTheLongest() throws InterruptedException {
        use(a);
        use(b);
        use(a);
        use(c);
        assertThat(loaded()).containsExactly("a", "c");
        use(b);
        assertThat(loaded()).containsExactly("b", "c");
        assertThat(b.loads).hasValue(2);
    }

    @Test
    void keepsModelsThatRequestsUse() throws InterruptedException {
        try (ModelLease one = pool.lease(a.entry());
                ModelLease two = pool.lease(b.entry())) {
            assertThatThrownBy(() -> pool.lease(c.entry()))
                    .isInstanceOf(ModelUnavailableException.class)
                    .hasMessageContaining("models in use take");
            clock.addAndGet(KEEP_ALIVE.toNanos() * 2);
            pool.expire();
            assertThatThrownBy(() -> pool.unload(a.entry())).hasMessageContaining("in use");
            assertThat(loaded()).containsExactly("a", "b");
            assertThat(one.model().isAlive() && two.model().isAlive()).isTrue();
        }
        use(c);
        assertThat(loaded()).hasSize(2).contains("c");
    }

    @Test
    void freesIdleModelsInTheirTime() throws InterruptedException {
        use(a);
        use(kept);
        clock.addAndGet(KEEP_ALIVE.toNanos() - 2);
        pool.expire();
        assertThat(loaded()).containsExactly("a", "kept");
        clock.addAndGet(2);
        pool.expire();
        assertThat(loaded()).containsExactly("kept");
        assertThatThrownBy(() -> pool.unload(kept.entry())).hasMessageContaining("stays");
    }

    @Test
    void keepsAModelAsLongAsItWasTold() throws InterruptedException {
        use(a);
        pool.keepAlive(a.entry(), KEEP_ALIVE.multipliedBy(3));
        use(b);
        pool.keepAlive(b.entry(), ModelHost.FOREVER);
        assertThat(pool.expiry(a.entry()))
                .hasValueSatisfying(
                        time -> assertThat(time).isAfter(Instant.now().plus(KEEP_ALIVE.multipliedBy(2))));
        assertThat(pool.expiry(b.entry())).isEmpty();
        clock.addAndGet(KEEP_ALIVE.multipliedBy(2).toNanos());
        pool.expire();
        assertThat(loaded()).containsExactly("a", "b");
        assertThat(pool.expiry(a.entry()))
                .hasValueSatisfying(
                        time -> assertThat(time).isBefore(Instant.now().plus(KEEP_ALIVE)));
        clock.addAndGet(KEEP_ALIVE.toNanos());
        pool.expire();
        assertThat(loaded()).containsExactly("b");
        // Where room is needed it goes all the same.
        use(a);
        use(c);
        assertThat(loaded()).containsExactly("a", "c");
    }

    @Test
    void keepsWhatIsThereForGood() throws InterruptedException {
        use(kept);
        pool.keepAlive(kept.entry(), Duration.ZERO);
        pool.expire();
        assertThat(loaded()).containsExactly("kept");
        assertThat(pool.expiry(kept.entry())).isEmpty();
    }

    @Test
    void letsAModelGoAtOnceThatIsToStayNoTime() throws InterruptedException {
        ModelLease lease = pool.lease(a.entry());
        pool.keepAlive(a.entry(), Duration.ZERO);
        pool.expire();
        assertThat(loaded()).containsExactly("a");
        lease.close();
        // What it is freed by goes before this on the same thread.
        use(b);
        assertThat(loaded()).containsExactly("b");
        pool.keepAlive(c.entry(), Duration.ZERO);
        assertThat(c.loads).hasValue(0);
    }

    @Test
    void unloadsWhatIsIdle() throws InterruptedException {
        use(a);
        pool.unload(a.entry());
        pool.unload(a.entry());
        assertThat(loaded()).isEmpty();
        use(a);
        assertThat(a.loads).hasValue(2);
    }

    @Test
    void tellsThatAModelIsBeingLoaded() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        Demo slow = new Demo("slow", false, gate);
        try (ModelPool impatient =
                new ModelPool(() -> List.of(slow), new PoolOptions(20, KEEP_ALIVE, Duration.ZERO), clock::get)) {
            assertThatThrownBy(() -> impatient.lease(slow.entry()))
                    .isInstanceOf(ModelUnavailableException.class)
                    .hasMessage("model slow is being loaded");
            gate.countDown();
            impatient.load(slow.entry());
            impatient.lease(slow.entry()).close();
            assertThat(slow.loads).hasValue(1);
        }
    }

    @Test
    void triesAgainAfterAFailure() throws InterruptedException {
        AtomicInteger tries = new AtomicInteger();
        ModelSource broken = new ModelSource() {
            @Override
            public ModelEntry entry() {
                return a.entry();
            }

            @Override
            public long memoryBytes() {
                return 10;
            }

            @Override
            public boolean isPinned() {
                return false;
            }

            @Override
            public HostedModel load() throws IOException {
                if (tries.incrementAndGet() == 1) {
                    throw new ModelFormatException("a.gguf: cut off");
                }
                return a.load();
            }
        };
        try (ModelPool patient = new ModelPool(
                () -> List.of(broken), new PoolOptions(20, KEEP_ALIVE, Duration.ofMinutes(5)), clock::get)) {
            assertThatThrownBy(() -> patient.lease(a.entry()))
                    .isInstanceOf(ModelUnavailableException.class)
                    .hasMessageContaining("a.gguf: cut off");
            patient.lease(a.entry()).close();
            assertThat(tries).hasValue(2);
        }
    }

    /// A model that asks for more memory than any machine has, and is refused it.
    private ModelSource tooLarge() {
        return new ModelSource() {
            @Override
            public ModelEntry entry() {
                return b.entry();
            }

            @Override
            public long memoryBytes() {
                return 10;
            }

            @Override
            public boolean isPinned() {
                return false;
            }

            @Override
            public HostedModel load() {
                long bytes = Arena.ofAuto().allocate(Long.MAX_VALUE / 2).byteSize();
                throw new IllegalStateException("this machine has " + bytes + " bytes");
            }
        };
    }

    @Test
    void livesOnWhereALoadFindsNoMemory() throws InterruptedException {
        try (ModelPool large = new ModelPool(
                () -> List.of(a, tooLarge()), new PoolOptions(20, KEEP_ALIVE, Duration.ofMinutes(5)), clock::get)) {
            large.lease(a.entry()).close();
            assertThatThrownBy(() -> large.lease(b.entry()))
                    .isInstanceOf(ModelUnavailableException.class)
                    .hasMessageContaining("model b can't be loaded: there is not enough memory for it (")
                    .hasCauseInstanceOf(OutOfMemoryError.class);
            // What nobody uses has made room, in vain.
            assertThat(large.inMemory()).isEmpty();
            large.lease(a.entry()).close();
            assertThat(a.loads).hasValue(2);
        }
    }

    @Test
    void refusesWhatNeverFits() {
        try (ModelPool small = pool(9, Duration.ofMinutes(5))) {
            assertThatThrownBy(() -> small.lease(a.entry())).hasMessageContaining("all models together may take");
            assertThat(a.loads).hasValue(0);
        }
    }

    @Test
    void takesNobodyOnceClosed() {
        ModelPool closed = pool(20, Duration.ofMinutes(5));
        closed.close();
        assertThatThrownBy(() -> closed.lease(a.entry())).hasMessage("the server stops");
    }

    @Test
    void takesTheOneThatStaysWhereNobodyNamesAModel() {
        assertThat(pool.standard().map(ModelEntry::name)).contains("kept");
    }
}
