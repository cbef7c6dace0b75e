package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.Checkpoint;
import dev.lilla.format.Gguf;
import dev.lilla.format.HuggingFaceDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class InspectCommandOracleTest {
    private final Lines lines = new Lines();

    @TempDir
    Path folder;

    static List<Path> models() {
        return Oracle.models();
    }

    static List<Path> quantized() {
        return Oracle.filesUnder(Oracle.path("gguf/quant"), ".gguf");
    }

    @Nested
    class OfADirectory {
        @Test
        void saysWhatStandsInItsReadme() throws IOException {
            Path model = Files.createDirectories(folder.resolve("model"));
            for (Path file : Oracle.list(Oracle.models().getFirst())) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
            Files.writeString(model.resolve("README.md"), "---\nlicense: apache-2.0\ntags: [x]\n---\n# Tiny");

            assertThat(lines.run("inspect", model, "--json")
                            .json()
                            .get("license")
                            .asString())
                    .isEqualTo("apache-2.0");
            assertThat(lines.run("inspect", model).out()).contains("apache-2.0");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void agreesWithTheFilesOfACheckpoint(Path model) {
        JsonNode report = lines.run("inspect", model, "--json", "--tensors").json();
        HuggingFaceDirectory directory = HuggingFaceDirectory.open(model);

        assertThat(report.get("family").asString()).isNotEmpty();
        assertThat(report.at("/dimensions/hidden").asInt())
                .isEqualTo(directory.config().get("hidden_size").asInt());
        try (Checkpoint weights = directory.openWeights()) {
            assertThat(report.get("tensors").size()).isEqualTo(weights.tensors().size());
            long bytes = 0;
            for (JsonNode tensor : report.get("tensors")) {
                bytes += tensor.get("bytes").asLong();
            }
            assertThat(bytes).isGreaterThanOrEqualTo(report.get("parameters").asLong());
        }
        String text = lines.run("inspect", model).out();
        assertThat(text).contains("parameters", "KV Q8_0", report.get("family").asString());
    }

    @ParameterizedTest
    @MethodSource("quantized")
    void addsUpTheTypesOfAGguf(Path file) {
        JsonNode report = lines.run("inspect", file, "--json").json();
        long bytes = 0;
        for (JsonNode type : report.get("types")) {
            bytes += type.asLong();
        }
        assertThat(bytes).isEqualTo(report.get("weightBytes").asLong());
        try (Gguf gguf = Gguf.open(file)) {
            assertThat(bytes)
                    .isEqualTo(gguf.tensors().values().stream()
                            .mapToLong(tensor -> tensor.data().byteSize())
                            .sum());
            gguf.metadata()
                    .findString("tokenizer.chat_template")
                    .ifPresent(template -> assertThat(
                                    lines.run("inspect", file, "--template").out())
                            .isEqualTo(template + "\n"));
        }
    }

    @Test
    void explainsWhatItCannotRead() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.gguf"), "GGUF");
        Lines.Outcome outcome = lines.run("inspect", broken);
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("lilla: ").contains("broken.gguf").doesNotContain("internal error");
        assertThat(lines.run("inspect", folder).err()).contains("config.json");
        assertThat(lines.run("inspect", "./absent.gguf").err()).contains("no file or directory");
    }

    @Test
    void refusesOptionsThatMeanNothingToTheModel() {
        for (Path model : Oracle.models()) {
            Lines.Outcome outcome = lines.run("inspect", model, "--geb-layout", "sideways");
            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.err()).contains("--geb-layout knows");
        }
    }
}
