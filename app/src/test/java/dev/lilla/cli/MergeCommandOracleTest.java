package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Adapters of the oracle, inspected and merged from the command line.
class MergeCommandOracleTest {
    /// f32 against f32, in another order of additions.
    private static final float LOGITS = 2e-3f;

    @TempDir
    Path folder;

    private final Lines lines = new Lines();

    static Stream<Path> adapters() {
        return Oracle.list(Oracle.path("lora")).stream();
    }

    private static JsonNode golden(Path adapter) {
        return JsonFiles.read(adapter.resolve("golden.json"));
    }

    private static Path base(Path adapter) {
        return Oracle.model(golden(adapter).path("model").asString());
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("adapters")
    void mergesIntoAModelThatRunsAlone(Path adapter) {
        Path merged = folder.resolve("merged.gguf");
        Lines.Outcome outcome = lines.run("merge", base(adapter), adapter, "--out", merged, "--type", "f32");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isEqualTo(merged + "\n");

        float[] alone = logits(merged);
        float[] beside = logits(base(adapter), "--lora", adapter);
        float[] without = logits(base(adapter));
        assertThat(distance(alone, beside)).isLessThan(LOGITS);
        assertThat(distance(alone, without)).isGreaterThan(10 * LOGITS);
    }

    private float[] logits(Path model, Object... more) {
        Path file = folder.resolve("logits.safetensors");
        List<Object> arguments = new ArrayList<>(
                List.of("logits", model, "--ids", "1,15,16,17", "--out", file, "--kernels", "reference"));
        arguments.addAll(List.of(more));
        assertThat(lines.run(arguments.toArray()).err()).isEmpty();
        try (Safetensors tensors = Safetensors.open(file)) {
            return Oracle.floats(tensors.tensor("logits"));
        }
    }

    private static float distance(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        float distance = 0;
        for (int i = 0; i < found.length; i++) {
            distance = Math.max(distance, Math.abs(found[i] - expected[i]));
        }
        return distance;
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("adapters")
    void keepsWhatIsThere(Path adapter) {
        assertThat(lines.run("merge", base(adapter), adapter, "--out", folder).err())
                .contains("--force");
        assertThat(lines.run("merge", base(adapter), base(adapter), "--out", folder.resolve("x.gguf"))
                        .err())
                .contains("adapter_config.json");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("adapters")
    void inspectsAnAdapter(Path adapter) {
        JsonNode golden = golden(adapter);
        JsonNode report = lines.run("inspect", adapter, "--json").json();
        assertThat(report.get("kind").asString()).isEqualTo("adapter");
        assertThat(report.get("ranks").get(0)).isEqualTo(golden.get("r"));
        assertThat(report.get("alpha").asDouble())
                .isEqualTo(golden.get("lora_alpha").asDouble());
        assertThat(report.get("scalings").get(0).asDouble())
                .isEqualTo(golden.get("scaling").asDouble());
        assertThat(report.get("targets").valueStream())
                .containsExactlyInAnyOrderElementsOf(
                        golden.get("targets").valueStream().toList());
        assertThat(report.get("bytes").asLong())
                .isEqualTo(4 * report.get("parameters").asLong());

        assertThat(lines.run("inspect", adapter).out())
                .contains("PEFT", "rank          8", "alpha         16, added times 2 (alpha / rank)", "q_proj");
        assertThat(lines.run("inspect", adapter, "--tensors").err()).contains("is an adapter");
    }
}
