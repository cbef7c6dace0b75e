package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.ProjectFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/// A project that `lilla optimize` has decided for, with the smaller demo model as it was found. What that
/// model says is what counts as right, so that its quality is 1.
final class DecidedProject {
    private static final int ROWS = 12;
    private static final int TOKENS = 6;

    private final Path folder;
    private final Lines lines = new Lines().with("LILLA_MODELS", ProjectFolder.models());
    private final List<String> answers = new ArrayList<>();

    private DecidedProject(Path folder) {
        this.folder = folder;
        lines.with("LILLA_HOME", folder.resolve("home"));
    }

    /// @param goal lines of the goal's section
    static DecidedProject in(Path folder, String goal) throws IOException {
        DecidedProject project = new DecidedProject(folder);
        Files.createDirectories(folder);
        project.ask();
        project.data("test.jsonl", 0);
        Files.writeString(project.file(), """
                name: Echo
                goal:
                  task: generate
                  metric: exact_match
                %s
                data:
                  test: test.jsonl
                evaluation:
                  prompt: "{input}"
                  decoding: {max_tokens: %d}
                optimization:
                  tune: none
                  types: []
                deployment:
                  port: 18080
                """.formatted(goal.indent(2), TOKENS));
        Lines.Outcome outcome = project.lines.run("optimize", project.file(), "--models", DemoModel.NAME, "--json");
        assertThat(folder.resolve("decision/decision.json")).as(outcome.err()).isRegularFile();
        return project;
    }

    private void ask() {
        for (int i = 0; i < ROWS; i++) {
            String answer = lines.run("run", DemoModel.NAME, question(i), "-n", TOKENS, "--temperature", 0)
                    .out()
                    .strip();
            assertThat(answer).isNotEmpty();
            answers.add(answer);
        }
    }

    private static String question(int row) {
        return "Tell me about the number " + row + ".";
    }

    /// Writes as many rows as there are.
    ///
    /// @param wrong how many of them have another answer than the model's
    Path data(String name, int wrong) throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            String answer = i < wrong ? "something else" : answers.get(i);
            rows.append(JsonMapper.shared()
                            .createObjectNode()
                            .put("input", question(i))
                            .put("output", answer))
                    .append('\n');
        }
        return Files.writeString(folder.resolve(name), rows);
    }

    Path file() {
        return folder.resolve("lilla.yaml");
    }

    Path deployed() {
        return folder.resolve("deploy");
    }

    Lines lines() {
        return lines;
    }
}
