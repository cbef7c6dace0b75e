package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import dev.lilla.format.Gguf;
import dev.lilla.format.Safetensors;
import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AverageCommandOracleTest {
    /// f32 sums of two terms.
    private static final float ROUNDING = 1e-6f;

    @TempDir
    Path folder;

    private final Lines lines = new Lines();

    /// A model of the same shapes and other weights: what an adapter made of it.
    private Path changed(Path base) {
        Path merged = folder.resolve("changed.gguf");
        Path adapter = Oracle.list(Oracle.path("lora")).stream()
                .filter(path -> path.getFileName().toString().startsWith("llama"))
                .findFirst()
                .orElseThrow();
        assertThat(lines.run("merge", base, adapter, "--out", merged, "--type", "f32")
                        .status())
                .isZero();
        return merged;
    }

    @Test
    void isBetweenTheTwoWeightByWeight() {
        Path base = folder.resolve("base.gguf");
        assertThat(lines.run("convert", Oracle.model("llama"), base, "--type", "f32")
                        .status())
                .isZero();
        Path changed = changed(Oracle.model("llama"));
        Path mean = folder.resolve("mean.gguf");
        Lines.Outcome outcome = lines.run("average", base, changed, "--share", "0.25", "--out", mean);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isEqualTo(mean + "\n");
        boolean isMoved = false;
        try (Gguf first = Gguf.open(base);
                Gguf second = Gguf.open(changed);
                Gguf found = Gguf.open(mean)) {
            for (Tensor tensor : found.tensors().values()) {
                float[] a = Oracle.floats(first.tensor(tensor.name()));
                float[] b = Oracle.floats(second.tensor(tensor.name()));
                float[] c = Oracle.floats(tensor);
                for (int i = 0; i < c.length; i++) {
                    assertThat(c[i])
                            .as("%s[%d]", tensor.name(), i)
                            .isCloseTo(0.75f * a[i] + 0.25f * b[i], within(ROUNDING));
                    isMoved |= a[i] != b[i];
                }
            }
        }
        assertThat(isMoved).isTrue();
    }

    @Test
    void ofDirectoriesIsADirectory() {
        Path mean = folder.resolve("mean");
        Path model = Oracle.model("llama");
        assertThat(lines.run("average", model, model, "--out", mean).err()).isEmpty();
        try (Safetensors before = Safetensors.open(model.resolve("model.safetensors"));
                Safetensors after = Safetensors.open(mean.resolve("model.safetensors"))) {
            assertThat(after.tensors().keySet()).isEqualTo(before.tensors().keySet());
        }
    }

    @Test
    void refusesTypesThatADirectoryCannotHold() {
        Path model = Oracle.model("llama");
        Lines.Outcome outcome = lines.run("average", model, model, "--out", folder.resolve("mean"), "--type", "q8_0");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).contains("a Hugging Face directory cannot hold weights of type");
    }

    @Test
    void refusesModelsThatAreNoVariantsOfOne() {
        Lines.Outcome outcome =
                lines.run("average", Oracle.model("llama"), Oracle.model("mistral"), "--out", folder.resolve("mean"));
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).contains("are no variants of one model", " in one and ");
        assertThat(lines.run("average", "a", "b", "--share", "2", "--out", folder.resolve("mean"))
                        .status())
                .isEqualTo(1);
    }
}
