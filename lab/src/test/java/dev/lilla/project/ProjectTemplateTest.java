package dev.lilla.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectTemplateTest {
    private static final Path FILE = Path.of("lilla.yaml");
    /// Indentation, the comment sign, further indentation, the key, its value.
    private static final Pattern COMMENTED_KEY = Pattern.compile("( *)(# ( *))?([a-z_0-9]+):(.*)");

    @ParameterizedTest
    @EnumSource
    void writesAFileThatTheReaderTakes(Tongue tongue) {
        Map<String, String> values = Map.of(
                "goal.task", "classify",
                "goal.description", ProjectTemplate.quoted("Sort: \"house\" # mail"),
                "goal.languages", ProjectTemplate.list(List.of("en", "no")),
                "data.file", "tickets.csv",
                "data.split.seed", "7",
                "evaluation.decoding.max_tokens", "9");

        String yaml = ProjectTemplate.write(values, tongue);
        Project project = Project.parse(FILE, yaml);

        assertThat(project.goal().description()).contains("Sort: \"house\" # mail");
        assertThat(project.goal().terms().languages()).containsExactly("en", "no");
        assertThat(project.evaluation().decoding().maxTokens()).hasValue(9);
        assertThat(yaml.lines()).allMatch(line -> line.length() <= 120);
    }

    @Test
    void explainsEveryFieldInBothLanguages() {
        for (Tongue tongue : Tongue.values()) {
            String text = ProjectTemplate.write(Map.of("goal.task", "chat", "data.file", "a.csv"), tongue)
                    .replaceAll("\\n *# *#? *", " ")
                    .replaceAll("\\s+", " ");
            explained(ProjectForm.ROOT, tongue, text);
        }
    }

    private static void collect(FormSection section, Set<String> names) {
        for (FormField field : section.fields()) {
            names.add(field.name());
            if (field.kind() instanceof FieldKind.Nested(FormSection nested)) {
                collect(nested, names);
            }
        }
    }

    private static void explained(FormSection section, Tongue tongue, String text) {
        for (FormField field : section.fields()) {
            String about = field.about().in(tongue);
            assertThat(text).contains(about.substring(0, Math.min(40, about.length())));
            if (field.kind() instanceof FieldKind.Nested(FormSection nested)) {
                explained(nested, tongue, text);
            }
        }
    }

    /// What stands commented out is what the reader takes: uncommented, the file says the same.
    @Test
    void showsTheDefaultsThatTheReaderTakes() {
        String yaml = ProjectTemplate.write(Map.of("goal.task", "chat", "data.file", "a.csv"), Tongue.ENGLISH);
        Set<String> names = new HashSet<>();
        collect(ProjectForm.ROOT, names);
        String whole = yaml.lines()
                .map(line -> COMMENTED_KEY.matcher(line))
                .filter(line -> line.matches() && (line.group(2) == null || names.contains(line.group(4))))
                .map(line -> line.group(1) + (line.group(3) == null ? "" : line.group(3)) + line.group(4) + ":"
                        + line.group(5))
                .collect(Collectors.joining("\n"));

        Project written = Project.parse(FILE, yaml);
        Project read = Project.parse(FILE, whole);
        assertThat(whole).contains("port: 8080");
        assertThat(read).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"yes", "no", "null", "1", "1.5", "a: b", "#x", " x ", "å ä ö", "\"q\"", "-", "x\ny", "~", "2s"})
    void quotesTextsSoThatTheyStayTexts(String text) {
        String yaml = ProjectTemplate.write(
                Map.of("goal.task", "chat", "data.file", "a.csv", "goal.description", ProjectTemplate.quoted(text)),
                Tongue.ENGLISH);

        assertThat(Project.parse(FILE, yaml).goal().description()).contains(text);
    }
}
