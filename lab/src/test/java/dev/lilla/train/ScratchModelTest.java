package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.model.family.ModelDigest;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class ScratchModelTest {
    private static final String SHAPE = "layers=8,hidden=128,heads=4,kv-heads=2,ffn=256,context=64";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private static Path tokenizer() {
        return Oracle.model("llama3");
    }

    private ModelDescription write(String name, long seed) {
        ObjectNode config = ScratchModel.config(SHAPE, tokenizer());
        ScratchModel.write(config, "shape", tokenizer(), folder.resolve(name), seed);
        return ModelDescription.open(folder.resolve(name), LoadOptions.DEFAULT);
    }

    private static double deviation(ModelDescription model, String tensor) {
        float[] values = Oracle.floats(model.tensor(tensor));
        return Math.sqrt(IntStream.range(0, values.length)
                .mapToDouble(i -> (double) values[i] * values[i])
                .average()
                .orElseThrow());
    }

    @Test
    void opensWithWeightsOfTheDeviationsThatGpt2Has() {
        try (ModelDescription model = write("a", 1)) {
            assertThat(model.spec().layers()).hasSize(8);
            assertThat(model.spec().contextLength()).isEqualTo(64);
            assertThat(deviation(model, "token_embd.weight")).isCloseTo(0.02, within(5e-4));
            assertThat(deviation(model, "blk.3.attn_q.weight")).isCloseTo(0.02, within(5e-4));
            assertThat(deviation(model, "blk.3.attn_output.weight")).isCloseTo(0.005, within(2e-4));
            assertThat(deviation(model, "blk.7.ffn_down.weight")).isCloseTo(0.005, within(2e-4));
            assertThat(Oracle.floats(model.tensor("output_norm.weight"))).containsOnly(1);
        }
    }

    @Test
    void isAFunctionOfTheSeed() {
        try (ModelDescription one = write("a", 1);
                ModelDescription same = write("b", 1);
                ModelDescription other = write("c", 2)) {
            assertThat(ModelDigest.of(same, 2)).isEqualTo(ModelDigest.of(one, 2));
            assertThat(ModelDigest.of(other, 2)).isNotEqualTo(ModelDigest.of(one, 2));
        }
    }

    @Test
    void refusesWhatMakesNoModel() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScratchModel.config("layers=many", tokenizer()))
                .withMessageContaining("layers=many");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScratchModel.config("depth=3", tokenizer()))
                .withMessageContaining("\"depth\"");
        ObjectNode small = ScratchModel.config(SHAPE + ",vocab=10", tokenizer());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScratchModel.write(small, "shape", tokenizer(), folder.resolve("x"), 1))
                .withMessageContaining("vocab_size is 10");
        ObjectNode gemma = ScratchModel.config(SHAPE, tokenizer()).put("model_type", "gemma");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScratchModel.write(gemma, "config.json", tokenizer(), folder.resolve("x"), 1))
                .withMessageContaining("expected 'llama'");
    }
}
