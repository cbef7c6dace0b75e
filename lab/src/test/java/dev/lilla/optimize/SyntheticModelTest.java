package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.evaluate.SpeedCase;
import dev.lilla.evaluate.SpeedMeter;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Decoder;
import dev.lilla.model.family.LoadOptions;
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
    static CatalogModel small(CatalogModel model) {
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
        return model.withShape(fitting);
    }

    @ParameterizedTest
    @MethodSource("models")
    void hasTheParametersAndBytesThatTheShapeSays(CatalogModel model) {
        CatalogModel small = small(model);
        try (Arena memory = Arena.ofConfined()) {
            SyntheticModel synthetic = of(small, ElementType.Q8_0, memory);

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
            SyntheticModel synthetic = of(small(model), ElementType.F32, memory);
            Decoder decoder = Decoder.create(synthetic.spec(), synthetic::tensor, backend);
            try (KvBlocks cache = backend.allocateBlocks(decoder.kvLayout(KvType.F32), 1)) {
                try (SpeedMeter meter = new SpeedMeter(decoder, cache, () -> false)) {
                    assertThat(meter.run(new SpeedCase(5, 2, 0, 1))).isPresent();
                }
                assertThat(cache.taken()).isZero();
            }
        }
    }

    @Test
    void refusesWhatDoesNotFitIntoThisMachine() {
        ModelShape vast =
                new ModelShape("llama", 1000, 65_536, 262_144, 512, 512, 128, 128_000, 4096, 10_000, false, 0, 1);
        try (Arena memory = Arena.ofConfined()) {
            assertThatThrownBy(
                            () -> of(Catalog.open().model("tinyllama-1.1b").withShape(vast), ElementType.F32, memory))
                    .isInstanceOf(CapacityException.class)
                    .hasMessageContaining("tinyllama-1.1b takes");
        }
    }

    @Test
    void hasAHeadOfItsOwnType() {
        CatalogModel known = Catalog.open().model("tinyllama-1.1b");
        ModelShape shape = new ModelShape("llama", 1, 256, 256, 4, 2, 64, 300, 128, 10_000, false, 0, 1);
        CatalogModel wide = known.withShape(shape);
        try (Arena memory = Arena.ofConfined()) {
            SyntheticModel model = SyntheticModel.of(
                    wide, WeightTypes.of(ElementType.Q4_K, ElementType.Q6_K), LoadOptions.DEFAULT, memory);
            assertThat(model.tensor("output.weight").type()).isEqualTo(ElementType.Q6_K);
            assertThat(model.tensor("token_embd.weight").type()).isEqualTo(ElementType.Q4_K);
        }
    }

    @Test
    void hasTheContextThatIsAskedFor() {
        try (Arena memory = Arena.ofConfined()) {
            SyntheticModel model = SyntheticModel.of(
                    small(Catalog.open().model("tinyllama-1.1b")),
                    WeightTypes.of(ElementType.F32),
                    LoadOptions.DEFAULT.withContextLength(4096),
                    memory);
            assertThat(model.spec().contextLength()).isEqualTo(4096);
        }
    }

    private static SyntheticModel of(CatalogModel model, ElementType type, Arena memory) {
        return SyntheticModel.of(model, WeightTypes.of(type), LoadOptions.DEFAULT, memory);
    }
}
