package dev.lilla.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.project.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class ExampleRequestTest {
    @TempDir
    private Path folder;

    private String prompt(String goal) {
        Project project = Project.parse(
                folder.resolve("lilla.yaml"), "goal: {task: classify" + goal + "}\ndata: {file: a.csv}\n");
        return JsonMapper.shared()
                .readTree(ExampleRequest.json(project, "sorter"))
                .at("/messages/0/content")
                .asString();
    }

    @Test
    void namesTheClassesAsTheEvaluationDid() throws IOException {
        assertThat(prompt(", labels: [card, login]"))
                .contains("one of: card, login.")
                .endsWith("{input}");
        assertThatThrownBy(() -> prompt("")).hasMessageContaining("a.csv does not exist");

        StringBuilder rows = new StringBuilder("input,output\n");
        for (int i = 0; i < 60; i++) {
            rows.append("text ").append(i).append(i % 2 == 0 ? ",refund\n" : ",other\n");
        }
        Files.writeString(folder.resolve("a.csv"), rows);
        assertThat(prompt("")).contains("one of: other, refund.").endsWith("{input}");
    }
}
