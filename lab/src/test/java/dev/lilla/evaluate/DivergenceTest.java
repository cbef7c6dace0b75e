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
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.model.family.ModelLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DivergenceTest {
    private static final int CONTEXT = 32;

    private static Divergence.Result compare(Path variant, Path reference) {
        try (Backend backend = HostBackend.open(HostOptions.fromProperties());
                LoadedModel first = ModelLoader.open(variant, LoadOptions.DEFAULT, backend);
                LoadedModel second = ModelLoader.open(reference, LoadOptions.DEFAULT, backend);
                KvBlocks firstCache = backend.allocateBlocks(first.decoder().kvLayout(KvType.F32), 4);
                KvBlocks secondCache = backend.allocateBlocks(second.decoder().kvLayout(KvType.F32), 4)) {
            int[] tokens =
                    new SplittableRandom(3).ints(200, 0, second.spec().vocab()).toArray();
            return Divergence.measure(
                    new Divergence.Side(second.decoder(), secondCache),
                    new Divergence.Side(first.decoder(), firstCache),
                    TextWindow.cut(tokens, CONTEXT, OptionalInt.empty()),
                    window -> {});
        }
    }

    private static Path variant(String type) {
        return Oracle.filesUnder(Oracle.path("gguf/quant"), ".gguf").stream()
                .filter(file -> file.getFileName().toString().endsWith("-" + type + ".gguf"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void isNothingOfAModelFromItself() {
        Divergence.Result same = compare(variant("Q8_0"), variant("Q8_0"));
        assertThat(same.divergence()).isLessThan(1e-9);
        assertThat(same.agreement()).isEqualTo(1);
        assertThat(same.tokens()).isEqualTo(6 * 15);
    }

    @Test
    void growsAsBitsGetFewer() {
        Divergence.Result eight = compare(variant("Q8_0"), Oracle.model("llama-kq"));
        Divergence.Result four = compare(variant("Q4_0"), Oracle.model("llama-kq"));
        assertThat(eight.divergence()).isPositive().isLessThan(four.divergence());
        assertThat(eight.agreement()).isGreaterThan(four.agreement());
    }

    @Test
    void isThatOfTheDefinition() {
        // p = (1/2, 1/2), q = (3/4, 1/4): (log(2/3) + log 2) / 2
        DivergenceSums sums = new DivergenceSums(2, 1);
        Arrays.fill(sums.expected(), 1);
        sums.found()[0] = (float) Math.log(3);
        sums.add(0);
        assertThat(sums.result().divergence()).isCloseTo((Math.log(2.0 / 3) + Math.log(2)) / 2, within(1e-6));
    }

    @Test
    void needsOneVocabulary() {
        assertThatThrownBy(() -> compare(variant("Q8_0"), Oracle.models().getFirst()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("vocabularies");
    }
}
