package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.project.Project;
import dev.lilla.project.Task;
import dev.lilla.project.Tongue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectCommandsTest {
    @TempDir
    private Path folder;

    private final Lines lines = new Lines();
    private Path file = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void writeTickets() throws IOException {
        lines.with("LILLA_HOME", folder.resolve("home"));
        file = folder.resolve("project/lilla.yaml");
        data = folder.resolve("tickets.csv");
        StringBuilder rows = new StringBuilder("id,message,kind\n");
        for (int i = 0; i < 600; i++) {
            rows.append(i).append(",ticket number ").append(i).append(',').append(i % 2 == 0 ? "card" : "login");
            rows.append('\n');
        }
        Files.writeString(data, rows);
    }

    @Nested
    class Init {
        @Test
        void writesAProjectFromOptions() {
            Lines.Outcome outcome = lines.run(
                    "init",
                    file,
                    "--task",
                    "classify",
                    "--data",
                    data,
                    "--input",
                    "message",
                    "--output",
                    "kind",
                    "--language",
                    "en,sv",
                    "--latency",
                    "800ms",
                    "--minimum",
                    "0.9",
                    "--yes");

            assertThat(outcome.err()).isEmpty();
            assertThat(outcome.status()).isZero();
            assertThat(outcome.out()).contains("lilla project check", "lilla candidates");
            Project project = Project.read(file);
            assertThat(project.goal().task()).isEqualTo(Task.CLASSIFY);
            assertThat(project.goal().minimumQuality()).hasValue(0.9);
            assertThat(project.data().columns().id()).contains("id");
            assertThat(file).content().contains("# What the model must do");
        }

        @ParameterizedTest
        @ValueSource(strings = {";", "\t", "|"})
        void namesWhatSeparatesTheColumns(String delimiter) throws IOException {
            Files.writeString(data, Files.readString(data).replace(",", delimiter));

            Lines.Outcome outcome = lines.run("init", file, "--task", "classify", "--data", data, "--yes");

            assertThat(outcome.err()).isEmpty();
            Project project = Project.read(file);
            assertThat(project.data().delimiter()).contains(delimiter.charAt(0));
            assertThat(project.data().columns().output()).isEqualTo("kind");
            assertThat(lines.run("project", "check", file).status()).isZero();
        }

        @Test
        void refusesAnEmptyFile() throws IOException {
            Files.writeString(data, "\n");

            Lines.Outcome outcome = lines.run("init", file, "--task", "classify", "--data", data, "--yes");

            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.err()).contains("tickets.csv: holds no rows, expected the names of its columns");
            assertThat(file).doesNotExist();
        }

        @Test
        void writesSwedish() {
            lines.run(
                    "init",
                    file,
                    "--task",
                    "chat",
                    "--data",
                    data,
                    "--input",
                    "message",
                    "--output",
                    "kind",
                    "--lang",
                    "sv",
                    "--yes");
            assertThat(file).content().contains("# Vad modellen ska göra");
        }

        @Test
        void saysWhatIsMissing() throws IOException {
            assertThat(lines.run("init", file, "--yes").err()).contains("--task and --data are missing");
            assertThat(lines.run("init", file, "--task", "dance", "--data", data)
                            .err())
                    .contains("\"dance\" is none of classify");
            assertThat(lines.run("init", file, "--task", "chat", "--data", data, "--latency", "soon")
                            .err())
                    .contains("goal.latency_p95", "as 800ms, 2s or 30m");
            Path odd = folder.resolve("odd.csv");
            Files.writeString(odd, "a,b,c\n1,2,3\n");
            assertThat(lines.run("init", file, "--task", "chat", "--data", odd).err())
                    .contains("Say so with --input; there are [a, b, c]");
            assertThat(file).doesNotExist();
            Files.createDirectories(folder.resolve("project"));
            Files.writeString(file, "mine");
            assertThat(lines.run("init", file, "--task", "chat", "--data", data).err())
                    .contains("--force");
            assertThat(file).hasContent("mine");
        }

        @Test
        void asksInTheLanguageOfTheUser() throws IOException {
            String answers = String.join(
                    "\n",
                    "dansa",
                    "classify",
                    "Sortera: ärenden",
                    "nowhere.csv",
                    data.toString(),
                    "",
                    "kind",
                    "",
                    "2",
                    "0,8",
                    "snart",
                    "",
                    "8GB",
                    "",
                    "",
                    "");
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Console console = new Console(
                    new ByteArrayInputStream(answers.getBytes(StandardCharsets.UTF_8)),
                    new PrintStream(new ByteArrayOutputStream()),
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    Map.of(),
                    Console.Terminals.NONE);
            Map<String, String> values = new LinkedHashMap<>();
            new Interview(console, Tongue.SWEDISH, file, Optional.empty()).ask(values);

            assertThat(err.toString(StandardCharsets.UTF_8))
                    .contains(
                            "Vad ska modellen göra?", "\"dansa\": väntade classify", "det finns ingen fil nowhere.csv")
                    .contains("\"2\": väntade ett tal från 0 till 1", "\"snart\": väntade en tid med enhet")
                    .doesNotContain("expected", "lilla.yaml: line");
            assertThat(values)
                    .containsEntry("goal.task", "classify")
                    .containsEntry("goal.description", "\"Sortera: ärenden\"")
                    .containsEntry("data.columns.input", "message")
                    .containsEntry("goal.languages", "[sv]")
                    .containsEntry("goal.minimum_quality", "0.8")
                    .containsEntry("goal.memory", "8GB")
                    .doesNotContainKey("goal.latency_p95");
        }
    }

    @Nested
    class Check {
        @Test
        void saysThatGoodDataIsGood() {
            lines.run("init", file, "--task", "classify", "--data", data, "--input", "message", "--output", "kind");
            Lines.Outcome outcome = lines.run("project", "check", file);

            assertThat(outcome.status()).isZero();
            assertThat(outcome.out()).contains("card 300, login 300", "The data can be used.");
            assertThat(lines.run("project", "check", file, "--json")
                            .json()
                            .get("usable")
                            .booleanValue())
                    .isTrue();
        }

        @Test
        void namesFileLineAndField() throws IOException {
            lines.run("init", file, "--task", "classify", "--data", data, "--input", "message", "--output", "kind");
            Files.writeString(data, "id,message,kind\n1,hello,card\n1,bye,\n");
            Lines.Outcome outcome = lines.run("project", "check", file);

            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.out())
                    .contains("tickets.csv: line 3: the id \"1\" was on line 2", "line 3: \"kind\" is empty")
                    .contains("cannot be used yet");
        }

        @Test
        void explainsABrokenProject() throws IOException {
            Files.createDirectories(folder.resolve("project"));
            Files.writeString(file, "goal:\n  taks: chat\n");
            assertThat(lines.run("project", "check", file).err())
                    .contains("lilla.yaml: line 2, column 3: goal.taks: is no known key. Is it task?");
            assertThat(lines.run("project", "check", folder.resolve("none.yaml"))
                            .err())
                    .contains("lilla init");
        }

        @Test
        void printsTheSchema() {
            assertThat(lines.run("project", "schema").json().get("properties").has("goal"))
                    .isTrue();
        }
    }

    @Nested
    class TheCatalog {
        @Test
        void isFiltered() {
            assertThat(lines.run("catalog").out()).contains("mistral-7b-v0.3", "qwen-1.8b");
            assertThat(lines.run("catalog", "--license", "commercial", "--language", "sv")
                            .out())
                    .contains("phi-4-mini", "qwen3-0.6b")
                    .doesNotContain("qwen-1.8b", "tinyllama");
            assertThat(lines.run("catalog", "--max-size", "400MB", "--family", "qwen3", "--json")
                            .json()
                            .size())
                    .isEqualTo(1);
            assertThat(lines.run("catalog", "--family", "none").out()).contains("No model");
        }

        @Test
        void showsAModelInAFormThatItReads() throws IOException {
            assertThat(lines.run("catalog", "show", "mistral-7b-v0.1").out())
                    .contains("Apache License 2.0", "60.1", "5-shot", "arXiv:2310.06825", "4.37 GB");
            String json = lines.run("catalog", "show", "gemma-2b", "--json").out();
            Files.createDirectories(folder.resolve("home/catalog"));
            Files.writeString(folder.resolve("home/catalog/own.json"), json.replace("\"gemma-2b\"", "\"own-2b\""));
            assertThat(lines.run("catalog", "show", "own-2b").out()).contains("Gemma Terms of Use");
        }
    }
}
