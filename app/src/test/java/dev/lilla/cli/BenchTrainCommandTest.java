package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class BenchTrainCommandTest {
    private static final Path MODEL = Oracle.model("llama");

    private final Lines lines = new Lines();

    @Test
    void measuresStepsOfAModel() {
        JsonNode row = lines.run(
                        "bench-train", MODEL, "--sequences", "2", "--tokens", "9", "--rank", "4", "-r", "3", "--json")
                .json();

        assertThat(row.get("samples_ns")).hasSize(3);
        double seconds = row.get("samples_ns").get(1).asLong() / 1e9;
        assertThat(row.get("median_ts").asDouble() * seconds).isBetween(17.999, 18.001);
        assertThat(row.get("trained_parameters").asLong()).isPositive();
        assertThat(row.get("flops").asDouble()).isPositive();
    }

    @Test
    void saysWhatDoesNotFitTheContext() {
        Lines.Outcome outcome = lines.run("bench-train", MODEL, "--tokens", "100000");

        assertThat(outcome.status()).isEqualTo(Lilla.FAILED);
        assertThat(outcome.err()).contains("texts of 100000 tokens are longer than the context");
    }
}
