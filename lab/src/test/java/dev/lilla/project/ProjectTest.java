package dev.lilla.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lilla.optimize.ConversionType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectTest {
    private static final Path FILE = Path.of("tickets", "lilla.yaml");
    private static final String SMALL = """
            goal:
              task: classify
            data:
              file: tickets.csv
            """;

    private static Project parse(String yaml) {
        return Project.parse(FILE, yaml);
    }

    private static List<Problem> problems(String yaml) {
        ProjectException failure = catchThrowableOfType(ProjectException.class, () -> parse(yaml));
        assertThat(failure).as("a project that cannot be").isNotNull();
        return failure.problems();
    }

    @Nested
    class AGoodFile {
        @Test
        void saysAllThatItSays() {
            Project project = parse("""
                    name: House tickets
                    goal:
                      task: extract
                      metric: exact_match
                      minimum_quality: 0.85
                      latency_p95: 1.5s
                      memory: 8GiB
                      disk: 900MB
                      cost_per_1000: 0.4
                      languages: [EN, sv]
                      licenses: [apache-2.0, mit]
                      privacy: redacted
                    data:
                      train: a.jsonl
                      test: "b.jsonl"
                      columns: {input: text, output: fields, id: key}
                      delimiter: ";"
                    candidates:
                      models: qwen3-0.6b
                      types: [q4_0, q4_0, q8_0]
                      max: 2
                      context: 2048
                    evaluation:
                      prompt: "Fields of {input}"
                      shots: 3
                      decoding: {temperature: 0.5, max_tokens: 64}
                      seeds: [1, 2]
                    optimization:
                      prune: [layers, width]
                      tune: none
                      budget: 30m
                    deployment:
                      target: hybrid
                      port: 9090
                    """);

            assertThat(project.name()).isEqualTo("House tickets");
            assertThat(project.goal().task()).isEqualTo(Task.EXTRACT);
            assertThat(project.goal().metric()).isEqualTo(Metric.EXACT_MATCH);
            assertThat(project.goal().minimumQuality()).hasValue(0.85);
            assertThat(project.goal().limits().latencyP95()).contains(Duration.ofMillis(1500));
            assertThat(project.goal().limits().memoryBytes()).hasValue(8L << 30);
            assertThat(project.goal().limits().diskBytes()).hasValue(900_000_000);
            assertThat(project.goal().limits().costPer1000()).hasValue(0.4);
            assertThat(project.goal().terms())
                    .isEqualTo(new Goal.Terms(List.of("en", "sv"), List.of("apache-2.0", "mit"), Privacy.REDACTED));
            assertThat(project.data().files())
                    .isEqualTo(new DataSource.Parts(
                            Optional.of(Path.of("tickets", "a.jsonl")),
                            Optional.empty(),
                            Path.of("tickets", "b.jsonl")));
            assertThat(project.data().columns().id()).contains("key");
            assertThat(project.data().delimiter()).contains(';');
            assertThat(project.candidates().models()).containsExactly("qwen3-0.6b");
            assertThat(project.candidates().types()).containsExactly(ConversionType.Q4_0, ConversionType.Q8_0);
            assertThat(project.candidates().load().context()).hasValue(2048);
            assertThat(project.evaluation().shots()).isEqualTo(3);
            assertThat(project.evaluation().decoding().temperature()).isEqualTo(0.5);
            assertThat(project.evaluation().seeds()).containsExactly(1, 2);
            assertThat(project.optimization().pruning())
                    .containsExactly(Optimization.Pruning.LAYERS, Optimization.Pruning.WIDTH);
            assertThat(project.optimization().budget()).isEqualTo(Duration.ofMinutes(30));
            assertThat(project.deployment().target()).isEqualTo(Deployment.Target.HYBRID);
        }

        @Test
        void takesWhatIsUsualForTheRest() {
            Project project = parse(SMALL);

            assertThat(project.name()).isEqualTo("tickets");
            assertThat(project.goal().metric()).isEqualTo(Metric.MACRO_F1);
            assertThat(project.goal().terms().licenses()).containsExactly("commercial");
            assertThat(project.goal().terms().privacy()).isEqualTo(Privacy.LOCAL);
            assertThat(project.data().files())
                    .isEqualTo(new DataSource.Split(Path.of("tickets", "tickets.csv"), 0.2, 0.1, 1));
            assertThat(project.candidates().max()).isEqualTo(3);
            assertThat(project.evaluation().prompt()).contains("{labels}", "{input}");
            assertThat(project.deployment().port()).isEqualTo(8080);
        }

        @Test
        void mayLeaveKeysWithoutValues() {
            assertThat(parse(SMALL + "candidates:\nevaluation:\n  seeds:\n")
                            .evaluation()
                            .seeds())
                    .containsExactly(1);
        }
    }

    @Nested
    class Rounds {
        private Evaluation evaluation(String keys) {
            return parse(SMALL + "evaluation: {" + keys + "}\n").evaluation();
        }

        @Test
        void areSeedsTimesRepeatsWhereAnswersAreDrawn() {
            Evaluation drawn = evaluation("seeds: [1, 2], repeats: 3, decoding: {temperature: 0.7}");
            assertThat(drawn.roundSeeds()).hasSize(6).doesNotHaveDuplicates().startsWith(1L);
            assertThat(drawn.roundSeeds().stream().skip(1)).allMatch(seed -> Math.abs(seed) > 1_000_000);
            assertThat(drawn.withoutEffect()).isEmpty();
            assertThat(evaluation("decoding: {temperature: 0.7}").roundSeeds()).containsExactly(1L);
        }

        @Test
        void areOneWhereEveryAnswerIsTheSame() {
            Evaluation greedy = evaluation("seeds: [4, 5], repeats: 3, decoding: {top_k: 40}");
            assertThat(greedy.roundSeeds()).containsExactly(4L);
            assertThat(greedy.withoutEffect().orElseThrow().english())
                    .startsWith("evaluation.seeds, evaluation.repeats, evaluation.decoding.top_k: without effect");
            assertThat(evaluation("seeds: [7]").withoutEffect()).isEmpty();
        }

        @Test
        void areBoundedAndNameEachSeedOnce() {
            assertThatThrownBy(() -> evaluation("seeds: [1, 2, 1]"))
                    .hasMessageContaining("evaluation.seeds: is [1, 2, 1], expected each seed once");
            assertThatThrownBy(() -> evaluation("seeds: [1, 2, 3], repeats: 50"))
                    .hasMessageContaining("evaluation.repeats: makes 150 rounds with 3 seeds, expected at most 100");
        }
    }

    @Nested
    class Mistakes {
        @Test
        void areAllToldAtOnceWithTheirPlaces() {
            assertThatThrownBy(() -> parse("""
                            goal:
                              tsk: classify
                              minimum_quality: 85
                              latency_p95: 2
                            data:
                              file: [a, b]
                            """))
                    .isInstanceOf(ProjectException.class)
                    .hasMessageContaining("lilla.yaml: line 2, column 3: goal.tsk: is no known key. Is it task?")
                    .hasMessageContaining("line 3, column 20: goal.minimum_quality: found the number \"85\", expected a"
                            + " number from 0 to 1")
                    .hasMessageContaining(
                            "line 4, column 16: goal.latency_p95: found the number \"2\", expected a time")
                    .hasMessageContaining("goal.task: is missing, expected one of classify, extract")
                    .hasMessageContaining("line 6, column 9: data.file: found a list, expected a text");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
                task: classifi             | goal.task            | Is it classify?
                metric: acuracy            | goal.metric          | Is it accuracy?
                languages: [english]       | goal.languages       | no code of a language
                memory: lots               | goal.memory          | as 900MB or 8GB
                cost_per_1000: -1          | goal.cost_per_1000   | a number from 0
                labels: {a: b}             | goal.labels          | found a section
                labels: [a, ]              | goal.labels          | §§
                """)
        void inTheGoalAreExplained(String line, String key, String message) {
            String yaml = SMALL.replace("  task: classify\n", line.startsWith("task") ? "" : "  task: classify\n")
                    .replace("goal:\n", "goal:\n  " + line + "\n");
            if (message.isEmpty()) {
                assertThat(parse(yaml).goal().labels()).containsExactly("a");
                return;
            }
            assertThat(problems(yaml)).anySatisfy(problem -> {
                assertThat(problem.key()).isEqualTo(key);
                assertThat(problem.text()).contains(message);
            });
        }

        @Test
        void thatNoSingleFieldTells() {
            assertThat(problems(SMALL + "  test: b.csv\n").getFirst().text()).contains("stands beside train");
            assertThat(problems(SMALL + "  split: {test: 0.8, validation: 0.3}\n")
                            .getFirst()
                            .text())
                    .contains("take all rows");
            assertThat(problems(SMALL + "  columns: {input: a, output: a}\n")
                            .getFirst()
                            .text())
                    .contains("same column");
            assertThat(problems(SMALL + "evaluation: {prompt: \"Say {what}\"}\n"))
                    .extracting(Problem::text)
                    .anySatisfy(text -> assertThat(text).contains("{what}"))
                    .anySatisfy(text -> assertThat(text).contains("has no {input}"));
            assertThat(problems(SMALL + "deployment: {target: hybrid}\n")
                            .getFirst()
                            .text())
                    .contains("goal.privacy is local");
            assertThat(problems(SMALL.replace("classify", "summarize").replace("data", "  labels: [a]\ndata"))
                            .getFirst()
                            .text())
                    .contains("belong to the task classify");
            assertThat(problems(SMALL.replace("task: classify", "task: summarize\n  metric: macro_f1"))
                            .getFirst()
                            .text())
                    .contains("macro_f1 is of classes", "this one is summarize", "rouge_l");
            assertThat(problems("goal: {task: chat}\ndata: {train: a.csv}\n")
                            .getFirst()
                            .text())
                    .contains("names no examples");
        }
    }

    @Nested
    class HostileYaml {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "goal: &g {task: chat}\ndata: *g\n",
                    "goal: {task: &t chat}\ndata: {file: *t}\n",
                    "a: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n"
                })
        void hasNoAnchorsAndAliases(String yaml) {
            assertThat(problems(yaml).getFirst().text()).contains("anchors (&) and aliases (*) are not supported");
        }

        @Test
        void hasNoTags() {
            assertThat(problems("goal: !!java.net.URL [\"http://x\"]\n")
                            .getFirst()
                            .text())
                    .contains("is not supported");
        }

        @Test
        void isNotNestedDeeply() {
            assertThat(problems("a: " + "[".repeat(10_000) + "]".repeat(10_000))
                            .getFirst()
                            .text())
                    .containsAnyOf("nested", "is no YAML");
            assertThat(problems("a: " + "{a: ".repeat(20) + "1" + "}".repeat(20))
                            .getFirst()
                            .text())
                    .contains("nested");
        }

        @Test
        void isNotLong() {
            assertThat(problems("a: " + "x".repeat(1 << 20)).getFirst().text())
                    .contains("characters, expected at most");
            assertThat(problems("a: [" + "x,".repeat(30_000) + "x]").getFirst().text())
                    .contains("more than 20000 values");
        }

        @Test
        void hasEachKeyOnce() {
            assertThat(problems(SMALL + "goal: {task: chat}\n").getFirst().text())
                    .contains("line 5", "goal");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                ''                        | is empty
                just words                | expected sections
                '[1, 2]'                  | expected sections
                'a: [1'                   | line
                'a: b: c'                 | line 1
                'a: 1|---|b: 2'           | second document
                """, quoteCharacter = '\'')
        void thatIsNoProjectIsSaidToBe(String yaml, String message) {
            assertThat(problems(yaml.replace('|', '\n')).getFirst().text()).contains(message);
        }
    }

    @ParameterizedTest
    @CsvSource({"8GB, 8000000000", "1.5 MiB, 1572864", "900kb, 900000", "7 B, 7"})
    void readsAmountsOfMemory(String text, long bytes) {
        assertThat(Quantities.bytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "8", "GB", "-1GB", "1e9GB", "8GBB", "999999999999999TB", "0MB"})
    void refusesWhatIsNoAmount(String text) {
        assertThatThrownBy(() -> Quantities.bytes(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
