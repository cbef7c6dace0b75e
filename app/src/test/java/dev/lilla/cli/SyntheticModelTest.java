package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Decoder;
import dev.lilla.store.Catalog;
import dev.lilla.store.CatalogModel;
import dev.lilla.store.ModelShape;
import dev.lilla.tensor.ElementType;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SyntheticModelTest {
    static List<CatalogModel> models() {
        return Catalog.open().models();
    }

    /// The same kind of model, small: one head group, two layers (or one pattern of local and global ones).
    private static CatalogModel small(CatalogModel model) {
        ModelShape shape = model.shape();
        ModelShape reduced = new ModelShape(
                shape.family(),
                2,
                64,
                96,
                2 * shape.heads() / shape.kvHeads(),
                2,
                32,
                300,
                128,
                shape.ropeBase(),
                shape.tied(),
                Math.min(shape.window(), 16),
                shape.rotaryShare());
        // Falcon's form has one key head, whatever its config says.
        ModelShape fitting = shape.family().equals("falcon")
                ? new ModelShape("falcon", 2, 64, 256, 2, 1, 32, 300, 128, shape.ropeBase(), true, 0, 1)
                : reduced;
        return new CatalogModel(model.name(), model.title(), model.hub(), model.license(), fitting);
    }

    @ParameterizedTest
    @MethodSource("models")
    void hasTheParametersAndBytesThatTheShapeSays(CatalogModel model) {
        CatalogModel small = small(model);
        try (Arena memory = Arena.ofConfined()) {
            SyntheticModel synthetic = SyntheticModel.of(small, ElementType.Q8_0, memory);

            assertThat(synthetic.parameters()).isEqualTo(small.shape().parameters());
            assertThat(synthetic.bytes()).isEqualTo(small.shape().bytes(ElementType.Q8_0));
            assertThat(synthetic.spec().contextLength()).isEqualTo(128);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void computes(CatalogModel model) {
        try (Arena memory = Arena.ofConfined();
                Backend backend = HostBackend.open(new HostOptions(HostOptions.Choice.AUTO, 1))) {
            SyntheticModel synthetic = SyntheticModel.of(small(model), ElementType.F32, memory);
            Decoder decoder = Decoder.create(synthetic.spec(), synthetic::tensor, backend);
            try (KvBlocks cache = backend.allocateBlocks(decoder.kvLayout(KvType.F32), 1)) {
                Speed speed = Speed.measure(decoder, cache, 5, 2);
                assertThat(speed.prefill()).isPositive();
                assertThat(speed.decode()).isPositive();
                assertThat(cache.taken()).isZero();
            }
        }
    }

    @Test
    void refusesWhatDoesNotFitIntoThisMachine() {
        ModelShape vast =
                new ModelShape("llama", 1000, 65_536, 262_144, 512, 512, 128, 128_000, 4096, 10_000, false, 0, 1);
        try (Arena memory = Arena.ofConfined()) {
            assertThatThrownBy(() -> SyntheticModel.of(
                            new CatalogModel("vast", "Vast", "a/vast", "none", vast), ElementType.F32, memory))
                    .isInstanceOf(CapacityException.class)
                    .hasMessageContaining("vast takes");
        }
    }

    @Test
    void isMeasuredFromTheCommandLine() {
        Lines.Outcome outcome = new Lines()
                .run(
                        "bench",
                        "smollm2-135m",
                        "--synthetic",
                        "--type",
                        "q4_0",
                        "--prompt",
                        "2",
                        "--tokens",
                        "1",
                        "--repeat",
                        "1",
                        "--json");

        assertThat(outcome.status()).isZero();
        assertThat(outcome.json().get("parameters").asLong()).isEqualTo(134_515_008);
        assertThat(outcome.json().get("tokensPerSecond").asDouble()).isPositive();
    }

    @Test
    void isOfTheCatalogOrNothing() {
        assertThat(new Lines().run("bench", "nope", "--synthetic").err()).contains("the catalog has no model");
        assertThat(new Lines()
                        .run("bench", "smollm2-135m", "--synthetic", "--type", "q9")
                        .status())
                .isEqualTo(2);
        assertThat(new Lines()
                        .run("bench", "smollm2-135m", "--synthetic", "--prompt", "0")
                        .err())
                .contains("1 or more");
    }
}
