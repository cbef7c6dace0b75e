package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DemoCorpusCommandTest {
    @TempDir
    Path folder;

    @Test
    void writesTheFilesAndReports() throws IOException {
        Lines.Outcome outcome = new Lines().run("demo-corpus", folder.toString(), "--examples", "300");

        assertThat(outcome.status()).isZero();
        assertThat(outcome.out()).contains("extract", "SWEDISH", "in 2300 training examples; found and left out: 0");
        assertThat(Files.readAllLines(folder.resolve("train.jsonl"))).hasSize(300);
        assertThat(Files.readAllLines(folder.resolve("house-train.jsonl"))).hasSize(2000);
        for (String line : Files.readAllLines(folder.resolve("test-foreign.jsonl"))) {
            JsonNode messages = JsonMapper.shared().readTree(line).get("messages");
            assertThat(messages.get(messages.size() - 1).get("role").asString()).isEqualTo("assistant");
        }
    }

    @Test
    void refusesNoExamples() {
        Lines.Outcome outcome = new Lines().run("demo-corpus", folder.toString(), "--examples", "0");
        assertThat(outcome.status()).isNotZero();
        assertThat(outcome.err()).contains("--examples must be 1 or more, found 0");
    }
}
