package dev.lilla.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Decoder;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.model.family.ModelLoader;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SpeedTest {
    @Nested
    class Work {
        @Test
        void isNamedAsLlamaBenchNamesIt() {
            assertThat(SpeedCase.prompt(512, 0).label()).isEqualTo("pp512");
            assertThat(SpeedCase.generation(128, 4096, 1).label()).isEqualTo("tg128 @ d4096");
            assertThat(SpeedCase.generation(128, 0, 8).label()).isEqualTo("8 x tg128");
            assertThat(new SpeedCase(16, 4, 0, 1).label()).isEqualTo("pp16+tg4");
        }

        @Test
        void countsTheTokensOfAllSequences() {
            assertThat(new SpeedCase(16, 4, 100, 3).tokens()).isEqualTo(60);
            assertThat(new SpeedCase(16, 4, 100, 3).length()).isEqualTo(120);
        }

        @Test
        void isSomething() {
            assertThatThrownBy(() -> SpeedCase.prompt(0, 3)).hasMessageContaining("nothing to read");
            assertThatThrownBy(() -> SpeedCase.generation(1, 0, 0)).hasMessageContaining("0 sequences");
        }
    }

    @Nested
    class AResult {
        @Test
        void hasMedianMeanAndDeviationOfItsRounds() {
            SpeedResult result = new SpeedResult(SpeedCase.prompt(10, 0), new long[] {
                1_000_000_000L, 2_000_000_000L, 500_000_000L, 1_000_000_000L,
            });
            assertThat(result.samples()).containsExactly(10, 5, 20, 10);
            assertThat(result.median()).isEqualTo(10);
            assertThat(result.mean()).isEqualTo(11.25);
            assertThat(result.deviation()).isCloseTo(6.2915, within(1e-3));
            assertThat(result.spread()).isCloseTo(1.5, within(1e-9));
            assertThat(result.meanNanos()).isEqualTo(1.125e9);
        }

        @Test
        void ofOneRoundHasNoDeviation() {
            SpeedResult result = new SpeedResult(SpeedCase.generation(4, 0, 2), new long[] {2_000_000_000L});
            assertThat(result.median()).isEqualTo(4);
            assertThat(result.deviation()).isZero();
            assertThat(result.deviationNanos()).isZero();
            assertThatThrownBy(() -> new SpeedResult(SpeedCase.prompt(1, 0), new long[0]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    class Costs {
        private final DecoderCost cost = new DecoderCost(1000, 100, 4000, 400);

        @Test
        void ofGenerationAreAllWeightsAStepWhateverTheSequences() {
            long second = 1_000_000_000L;
            SpeedResult alone = new SpeedResult(SpeedCase.generation(10, 0, 1), new long[] {second});
            SpeedResult eight = new SpeedResult(SpeedCase.generation(10, 0, 8), new long[] {second});
            assertThat(cost.bytesPerSecond(alone, 512)).isCloseTo(11_000, within(1e-6));
            assertThat(cost.bytesPerSecond(eight, 512)).isCloseTo(11_000, within(1e-6));
            assertThat(cost.operationsPerSecond(alone)).isCloseTo(44_000, within(1e-6));
            assertThat(cost.operationsPerSecond(eight)).isCloseTo(8 * 44_000, within(1e-6));
        }

        @Test
        void ofAPromptAreAllWeightsAChunkAndOneRowOfLogits() {
            SpeedResult result = new SpeedResult(SpeedCase.prompt(600, 0), new long[] {1_000_000_000L});
            assertThat(cost.bytesPerSecond(result, 512)).isCloseTo(2100, within(1e-6));
            assertThat(cost.operationsPerSecond(result)).isCloseTo(600 * 4000 + 400, within(1e-3));
        }
    }

    @Nested
    class Measuring {
        private final Backend backend = HostBackend.open(HostOptions.fromProperties());
        private LoadedModel model;
        private KvBlocks cache;

        @BeforeEach
        void open() {
            model = ModelLoader.open(Oracle.model("llama"), LoadOptions.DEFAULT, backend);
            cache = backend.allocateBlocks(model.decoder().kvLayout(KvType.F16), 40);
        }

        @AfterEach
        void close() {
            cache.close();
            model.close();
            backend.close();
        }

        private SpeedMeter meter(BooleanSupplier cancelled) {
            return new SpeedMeter(model.decoder(), cache, cancelled);
        }

        @Test
        void doesAllKindsOfWorkAndGivesTheCacheBack() {
            List<SpeedCase> works = List.of(
                    SpeedCase.prompt(130, 0),
                    SpeedCase.generation(3, 70, 4),
                    SpeedCase.prompt(7, 30),
                    new SpeedCase(20, 3, 10, 5));
            try (SpeedMeter meter = meter(() -> false)) {
                for (SpeedCase work : works) {
                    assertThat(meter.run(work)).isPresent();
                    assertThat(meter.run(work).getAsLong()).isPositive();
                }
                assertThat(cache.taken()).isEqualTo(SpeedMeter.blocks(works));
            }
            assertThat(cache.taken()).isZero();
        }

        @Test
        void readsTheTokensBeforeTheClockStartsOnce() {
            AtomicInteger steps = new AtomicInteger();
            try (SpeedMeter meter = meter(() -> steps.incrementAndGet() < 0)) {
                meter.run(SpeedCase.generation(1, 200, 3));
                int first = steps.getAndSet(0);
                meter.run(SpeedCase.generation(1, 200, 3));
                assertThat(steps.get()).isLessThan(first);
            }
        }

        @Test
        void splitsWorkThatIsLargerThanAStep() {
            Decoder narrow = Decoder.create(model.spec(), model.description()::tensor, backend, 16);
            try (SpeedMeter meter = new SpeedMeter(narrow, cache, () -> false)) {
                assertThat(meter.run(new SpeedCase(23, 2, 40, 3))).isPresent();
                assertThatThrownBy(() -> meter.run(SpeedCase.generation(1, 0, 17)))
                        .hasMessageContaining("at most 16 sequences");
            }
        }

        @Test
        void endsWithoutAResultWhenItIsCancelled() {
            AtomicInteger asked = new AtomicInteger();
            try (SpeedMeter meter = meter(() -> asked.incrementAndGet() > 3)) {
                assertThat(meter.run(SpeedCase.generation(100, 0, 1))).isEmpty();
            }
        }

        @Test
        void refusesWhatTheContextHasNoRoomFor() {
            int context = model.spec().contextLength();
            try (SpeedMeter meter = meter(() -> false)) {
                assertThatThrownBy(() -> meter.run(SpeedCase.prompt(2, context - 1)))
                        .hasMessageContaining("--context");
            }
        }

        @Test
        void countsEveryWeightButTheEmbeddingTable() {
            DecoderCost cost = DecoderCost.of(model.spec(), model.description().tensors());
            long table = model.description().tensor("token_embd.weight").data().byteSize();
            assertThat(cost.layerBytes() + cost.headBytes())
                    .isIn(
                            model.description().weightBytes() - table,
                            model.description().weightBytes());
            assertThat(cost.headOperations())
                    .isEqualTo(2L * model.spec().vocab() * model.spec().hidden());
        }
    }
}
