package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DemoCommandTest {
    /// Beside the module, in the repository.
    private static final Path SHIPPED = Path.of("..", "models").toAbsolutePath().normalize();

    private final Lines lines = new Lines().with("LILLA_MODELS", SHIPPED);

    @TempDir
    private Path home;

    @Test
    void trainsAnAdapterThatCanBeUsed() {
        lines.with("LILLA_HOME", home);
        Lines.Outcome outcome = lines.run("demo", "--logs", "90", "--epochs", "1", "--questions", "3");

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("BEFORE", "AFTER", "keyword rules", "the model after");
        Path adapter = home.resolve("demo/kvitto/adapter");
        assertThat(adapter.resolve("adapter_model.safetensors")).isRegularFile();
        assertThat(outcome.out()).contains("--lora " + adapter);

        JsonNode scores = lines.run("demo-score", DemoModel.NAME, "--house", "--lora", adapter, "-n", "4", "--json")
                .json();
        assertThat(scores.valueStream().map(score -> score.get("answered_by").asString()))
                .contains("majority", "keywords", "model");

        assertThat(lines.run("demo", "--logs", "9", "--epochs", "1", "--questions", "1")
                        .status())
                .isZero();
    }

    @Test
    void leavesFoldersAloneThatNoDemoMade() throws IOException {
        Path folder = home.resolve("mine");
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("thesis.txt"), "all of it");

        Lines.Outcome outcome = lines.run("demo", "--out", folder, "--logs", "9", "--questions", "1");

        assertThat(outcome.status()).isEqualTo(Lilla.FAILED);
        assertThat(outcome.err()).contains("holds something that no demo left there");
        assertThat(folder.resolve("thesis.txt")).hasContent("all of it");
    }

    @Test
    void classifiesWithTheModelThatComesWithLilla() {
        Lines.Outcome outcome = lines.typing(
                        "Classify this message.\\\nMy parcel has not come. Where is order #48213?\n")
                .run("chat", "--temperature", "0");

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("category: delivery", "urgency: normal");
    }
}
