package dev.lilla.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lilla.remote.RemoteApi;
import dev.lilla.remote.RemoteModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Models elsewhere in a project file, and whether its texts may go there.
class RemoteCandidatesTest {
    private static Project parse(String privacy, String remote) {
        return Project.parse(
                Path.of("lilla.yaml"), """
                goal:
                  task: classify
                  privacy: %s
                data:
                  file: tickets.csv
                candidates:
                  remote:
                %s
                """.formatted(privacy, remote.indent(4).stripTrailing()));
    }

    private static List<String> problems(String remote) {
        ProjectException failure = catchThrowableOfType(ProjectException.class, () -> parse("open", remote));
        assertThat(failure).isNotNull();
        return failure.problems().stream().map(Problem::text).toList();
    }

    @Test
    void takeWhatIsUsualForTheirApi() {
        List<RemoteModel> models = parse("open", """
                        - {api: openai, model: gpt-4o-mini}
                        - api: anthropic
                          model: claude-haiku
                          name: haiku
                          key: OUR_KEY
                        - {api: openai, model: llama, url: "http://localhost:8000/v1/"}
                        """).candidates().remote();

        assertThat(models.get(0))
                .isEqualTo(new RemoteModel(
                        "gpt-4o-mini",
                        RemoteApi.OPENAI,
                        "gpt-4o-mini",
                        RemoteModel.address("https://api.openai.com/v1"),
                        "OPENAI_API_KEY"));
        assertThat(models.get(1).name()).isEqualTo("haiku");
        assertThat(models.get(1).keyVariable()).isEqualTo("OUR_KEY");
        assertThat(models.get(1).host()).isEqualTo("api.anthropic.com");
        assertThat(models.get(2).address()).hasToString("http://localhost:8000/v1");
        assertThat(models).extracting(RemoteModel::digest).doesNotHaveDuplicates();
    }

    @Test
    void areReportedWithTheirPlace() {
        assertThat(problems("""
                        - {api: openai, model: a, url: "http://api.example.com"}
                        - api: openai
                          model: a
                        - {api: openai, model: "b "}
                        """))
                .satisfiesExactly(
                        problem -> assertThat(problem)
                                .startsWith("line 8, column 36: candidates.remote[1].url: is http to api.example.com"),
                        problem -> assertThat(problem)
                                .startsWith("line 10, column 14: candidates.remote[2].name: \"a\" stands here twice"),
                        problem -> assertThat(problem).contains("candidates.remote[3].model: begins or ends"));
        assertThat(problems("- {api: openai, model: m, name: \"a\\e[31mb\"}"))
                .singleElement()
                .asString()
                .contains("candidates.remote[1].name: begins or ends with a space, or holds line ends");
        assertThat(problems("- {model: a}"))
                .singleElement()
                .asString()
                .contains("candidates.remote[1].api: is missing, expected one of openai, anthropic");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sk-proj-Abc123", "AIzaSecret", "secret", "Bearer X"})
    void neverHoldKeys(String secret) {
        assertThat(problems("- {api: anthropic, model: m, key: " + secret + "}"))
                .singleElement()
                .asString()
                .startsWith("line 8, column 39: candidates.remote[1].key: is no name of an environment variable")
                .contains("ANTHROPIC_API_KEY", "never into this file")
                .doesNotContain(secret);
    }

    @Test
    void areInWhereTextsMayLeaveAndThereIsAKey() {
        String remote = "- {api: openai, model: m, key: K}";
        Map<String, String> keys = Map.of("K", "sk-1");
        Project open = parse("open", remote);
        RemoteModel model = open.candidates().remote().getFirst();

        assertThat(new RemoteGate(open).reject(model, keys)).isEmpty();
        assertThatCode(() -> new RemoteGate(open).requireOpen(model)).doesNotThrowAnyException();
        assertThat(new RemoteGate(open).reject(model, Map.of("K", " ")))
                .contains(new RejectedModel("m", "key", "the environment variable K is not set"));
        for (String privacy : List.of("local", "redacted")) {
            RemoteGate gate = new RemoteGate(parse(privacy, remote));
            assertThat(gate.reject(model, keys).orElseThrow().filter()).isEqualTo("privacy");
            assertThatThrownBy(() -> gate.requireOpen(model))
                    .hasMessageContaining("api.openai.com")
                    .hasMessageContaining("goal.privacy is " + privacy)
                    .hasMessageContaining("Write \"privacy: open\" under goal");
        }
    }
}
