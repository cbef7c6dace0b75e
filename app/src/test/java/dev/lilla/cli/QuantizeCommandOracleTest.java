package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.Gguf;
import dev.lilla.tensor.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Quantizing, measuring and pruning from the command line.
class QuantizeCommandOracleTest {
    @TempDir
    Path folder;

    private final Lines lines = new Lines();

    @Test
    void quantizesWithAnImportanceMatrixAndOverrides() throws IOException {
        Path importance = folder.resolve("text.imatrix.gguf");
        assertThat(lines.run("imatrix", model(), "--data", text(), "--out", importance, "-c", 32)
                        .err())
                .isEmpty();
        Path file = folder.resolve("small.gguf");
        Lines.Outcome outcome = lines.run(
                "quantize", model(), file, "--type", "q4_0", "--imatrix", importance, "--tensor", "blk.*.attn_k=f16");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isEqualTo(file + "\n");
        try (Gguf gguf = Gguf.open(file)) {
            assertThat(gguf.tensor("blk.0.attn_q.weight").type()).isEqualTo(ElementType.Q4_0);
            assertThat(gguf.tensor("blk.0.attn_k.weight").type()).isEqualTo(ElementType.F16);
            assertThat(gguf.metadata().contains("quantize.imatrix.entries_count"))
                    .isTrue();
        }
        assertThat(lines.run("quantize", file, folder.resolve("again.gguf"), "--type", "q5_0")
                        .err())
                .contains("--requantize");
        assertThat(lines.run("quantize", model(), folder.resolve("x.gguf"), "--type", "q4_0", "--tensor", "nothing=f16")
                        .err())
                .contains("nothing");
        assertThat(folder.resolve("x.gguf")).doesNotExist();
    }

    @Test
    void comparesTypes() throws IOException {
        JsonNode rows = lines.run("compare", model(), "--types", "f32,q4_0", "--data", text(), "-c", 32, "--json")
                .json();
        assertThat(rows.get(0).get("klDivergence").asDouble()).isZero();
        assertThat(rows.get(1).get("klDivergence").asDouble()).isLessThan(1e-6);
        assertThat(rows.get(1).get("top1Agreement").asDouble()).isEqualTo(1);
        assertThat(rows.get(2).get("klDivergence").asDouble()).isGreaterThan(1e-6);
        assertThat(rows.get(2).get("bytes").asLong())
                .isLessThan(rows.get(1).get("bytes").asLong());
    }

    @Test
    void prunesToASmallerModel() throws IOException {
        Path file = folder.resolve("pruned.gguf");
        JsonNode rows = lines.run(
                        "prune", model(), file, "--ffn", 32, "--kv-heads", 1, "--data", text(), "-c", 32, "--json")
                .json();
        assertThat(rows.get(1).get("parameters").asLong())
                .isLessThan(rows.get(0).get("parameters").asLong());
        assertThat(lines.run("prune", model(), folder.resolve("x.gguf"), "--data", text())
                        .err())
                .contains("--sparsity");
    }

    private static Path model() {
        return Oracle.model("llama");
    }

    private Path text() throws IOException {
        return Files.writeString(
                folder.resolve("text.txt"), "The quick brown fox jumps over the lazy dog. ".repeat(20));
    }
}
