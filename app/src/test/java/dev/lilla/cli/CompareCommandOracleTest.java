package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lilla.Oracle;
import dev.lilla.evaluate.TextWindow;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The score of a project's own task beside what variants lose token by token.
class CompareCommandOracleTest {
    private static final int ROWS = 20;

    @TempDir
    Path folder;

    private final Lines lines = new Lines();
    private Path project = Path.of("lilla.yaml");

    @BeforeEach
    void writeProject() throws IOException {
        lines.with("LILLA_HOME", folder.resolve("home"));
        StringBuilder rows = new StringBuilder("text,label\n");
        for (int row = 0; row < ROWS; row++) {
            rows.append("ticket number ").append(row).append(row % 2 == 0 ? ",refund\n" : ",login\n");
        }
        Files.writeString(folder.resolve("test.csv"), rows);
        project = Files.writeString(folder.resolve("lilla.yaml"), """
                name: Tickets
                goal: {task: classify, metric: accuracy}
                data: {test: test.csv, columns: {input: text, output: label}}
                evaluation: {decoding: {max_tokens: 4}}
                candidates:
                  remote: [{api: openai, model: large, name: far, url: "https://llm.example.com/v1"}]
                """);
    }

    private Lines.Outcome compare(Object... more) {
        return lines.run(Stream.concat(
                        Stream.of("compare", Oracle.model("llama"), "--types", "q8_0,q4_0", "-c", 32), Stream.of(more))
                .toArray());
    }

    @Test
    void scoresEveryVariantOnTheTestExamplesOfAProject() {
        JsonNode rows = compare("--project", project, "--json").json();
        JsonNode evaluated = lines.run("evaluate", Oracle.model("llama"), "--project", project, "--json")
                .json()
                .path("models")
                .path(0);

        assertThat(rows).hasSize(3).allSatisfy(row -> {
            assertThat(row.path("tokens").intValue()).isPositive();
            assertThat(row.path("task").path("metric").stringValue()).isEqualTo("accuracy");
            assertThat(row.path("task").path("examples").intValue()).isEqualTo(ROWS);
            assertThat(row.path("task").path("high").doubleValue())
                    .isGreaterThan(row.path("task").path("value").doubleValue());
        });
        JsonNode original = rows.path(0).path("task");
        assertThat(original.path("value"))
                .isEqualTo(evaluated.path("scores").path(0).path("value"));
        assertThat(original.path("protocol")).isEqualTo(evaluated.path("protocol"));
        assertThat(original.has("change")).isFalse();
        assertThat(rows.path(1).path("task").path("change").path("test").stringValue())
                .isEqualTo("mcnemar");
        assertThat(rows.path(1).path("task").path("change").path("p").doubleValue())
                .isBetween(0.0, 1.0);
    }

    @Test
    void showsTheScoreWithItsIntervalInTheTable() {
        Lines.Outcome outcome = compare("--project", project, "--limit", 10);
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("ACCURACY", "score on the 10 examples of Tickets, with its 95 % interval")
                .containsPattern("q4_0 .* \\d+\\.\\d % \\(\\d+\\.\\d to \\d+\\.\\d\\)")
                .contains("Against the original, in pairs:\n  q8_0");
        assertThat(folder.resolve("home/runs.db")).isRegularFile();
    }

    @Test
    void scoresATaskFileBesideTextsOfItsOwn() throws IOException {
        Path task = Files.writeString(folder.resolve("task.yaml"), """
                kind: generate
                data: test.csv
                prompt: "{{text}}"
                expected: "{{label}}"
                layout: text
                max-tokens: 2
                """);
        JsonNode rows = compare("--task", task, "--data", text(), "--json").json();
        assertThat(rows.path(2).path("task").path("metric").stringValue()).isEqualTo("exact_match");
    }

    @Test
    void saysWhatIsWrongBeforeItBegins() throws IOException {
        assertThat(compare().err()).contains("--data", "--project");
        assertThat(compare("--project", project, "--task", project).err()).contains("give one");
        assertThat(compare("--project", project, "--limit", 0).err()).contains("--limit");
        assertThat(compare("far", "--project", project).err())
                .contains("far answers at llm.example.com", "lilla evaluate");
        Files.writeString(folder.resolve("test.csv"), "text,label\nhello,\n");
        assertThat(compare("--project", project).err()).contains("the data has errors", "lilla project check");
        Files.delete(folder.resolve("test.csv"));
        assertThat(compare("--project", project).err()).contains("test.csv");
    }

    @Test
    void endsAtTheNextWindowWhenItIsInterrupted() throws InterruptedException {
        LocalModelOptions options = LocalModelOptions.DEFAULT;
        try (LocalModel original = LocalModel.open(Oracle.model("llama"), options)) {
            List<TextWindow> texts = TextWindow.examples(List.of(new int[] {1, 15, 16, 17}), 16);
            VariantMeter meter =
                    new VariantMeter(lines.console(), original, options, texts, Optional.empty(), () -> true);
            assertThatExceptionOfType(CancellationException.class)
                    .isThrownBy(() -> meter.original(Oracle.model("llama")));
        }
    }

    private Path text() throws IOException {
        return Files.writeString(
                folder.resolve("text.txt"), "The quick brown fox jumps over the lazy dog. ".repeat(20));
    }
}
