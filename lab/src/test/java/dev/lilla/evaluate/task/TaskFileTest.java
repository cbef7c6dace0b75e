package dev.lilla.evaluate.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.evaluate.metric.LabelPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskFileTest {
    @TempDir
    Path folder;

    private Task task(String yaml) throws IOException {
        return TaskFile.read(Files.writeString(folder.resolve("task.yaml"), yaml));
    }

    private List<Example> examples(String yaml, String rows) throws IOException {
        Path data = Files.writeString(folder.resolve("rows.jsonl"), rows);
        Task task = task(yaml);
        return TaskExamples.read(task.withRows(task.rows().withTest(data)), false, 100);
    }

    private AbstractThrowableAssert<?, ?> assertRefused(String yaml, String rows) {
        return assertThatThrownBy(() -> examples(yaml, rows)).isInstanceOf(IllegalArgumentException.class);
    }

    @Nested
    class Examples {
        @Test
        void areMadeOfRows() throws IOException {
            Example example = examples(
                            "kind: answer\nprompt: 'Q: {{q}}\n\n  A:'\nexpected: '{{a}}'\nid: n\n",
                            "{\"n\": 7, \"q\": \"why?\", \"a\": [\"so\", \"thus\"]}")
                    .getFirst();
            assertThat(example)
                    .isEqualTo(new Example.Written("7", new Prompt.Text("Q: why?\nA:"), List.of("so", "thus")));
        }

        @Test
        void takeNestedJsonAsItIs() throws IOException {
            Example example = examples(
                            "kind: extract\nprompt: '{{q}}'\nexpected: '{{want}}'\n",
                            "{\"q\": \"x\", \"want\": {\"a\": [1, 2]}}")
                    .getFirst();
            assertThat(example.expected()).isEqualTo("{\"a\":[1,2]}");
        }

        @Test
        void findTheRightChoiceByTextOrIndex() throws IOException {
            String yaml = "kind: choose\nprompt: '{{q}}'\nchoices: '{{c}}'\nexpected: '{{r}}'\n";
            List<Example> examples = examples(
                    yaml, "{\"q\":\"x\",\"c\":[\"1\",\"0\"],\"r\":\"0\"}\n{\"q\":\"y\",\"c\":[\"a\",\"b\"],\"r\":1}");
            assertThat(examples)
                    .map(example -> ((Example.Chosen) example).right())
                    .containsExactly(1, 1);
        }

        @Test
        void showExamplesBefore() throws IOException {
            Files.writeString(folder.resolve("shots.csv"), "q,label\none,b\ntwo,a\n");
            String yaml = """
                    kind: classify
                    labels: [a, b]
                    prompt: '{{q}} ='
                    expected: '{{label}}'
                    examples: shots.csv
                    shots: 2
                    """;
            Example example =
                    examples(yaml, "{\"q\":\"three\",\"label\":\"a\"}").getFirst();
            assertThat(example.question()).isEqualTo("one = b\n\ntwo = a\n\nthree =");
        }
    }

    @Nested
    class BadRows {
        private static final String YAML =
                "kind: classify\nlabels: [a, b]\nprompt: '{{text}}'\nexpected: '{{label}}'\nid: n\n";

        @Test
        void areNamedByLineAndColumn() {
            assertRefused(YAML, "{\"n\":1,\"text\":\"t\",\"label\":\"a\"}\n{\"n\":2,\"label\":\"a\"}")
                    .hasMessageContaining("rows.jsonl: line 2: has no column 'text'");
            assertRefused(YAML, "{\"n\":1,\"text\":\"t\",\"label\":\" \"}")
                    .hasMessageContaining("line 1, column 'label': is empty");
            assertRefused(YAML, "{\"n\":1,\"text\":\"t\",\"label\":\"c\"}")
                    .hasMessageContaining("line 1, column 'label': is 'c', which is none of the labels [a, b]");
            assertRefused(YAML, "{\"n\":1,\"text\":\"t\",\"label\":\"a\"}\n{\"n\":1,\"text\":\"u\",\"label\":\"a\"}")
                    .hasMessageContaining("line 2, column 'n': '1' is the id of line 1 already");
            assertRefused(YAML, "").hasMessageContaining("holds no rows");
        }
    }

    @Nested
    class BadTasks {
        @Test
        void areNamedByKey() {
            assertRefused("kind: clasify\nprompt: x\n", "").hasMessageContaining("the key 'kind' is 'clasify'");
            assertRefused("kind: answer\nprompt: x\nexpected: y\nmetric: bleu\n", "")
                    .hasMessageContaining("the key 'metric' is not known");
            assertRefused("kind: answer\nprompt: x\nexpected: y\nmetrics: [blue]\n", "")
                    .hasMessageContaining("names 'blue'");
            assertRefused("kind: answer\nprompt: '{{x'\nexpected: y\n", "").hasMessageContaining("'prompt'");
            assertRefused("kind: classify\nprompt: x\nexpected: y\nlabels: [a]\n", "")
                    .hasMessageContaining("'labels'");
            assertRefused("kind: [\n", "").hasMessageContaining("is no YAML");
            assertRefused("just text", "").hasMessageContaining("is no task");
        }

        @Test
        void ofLmEvalThatNeedPythonAreRefused() {
            assertRefused("output_type: generate_until\ntask: t\nprocess_docs: !function utils.x\n", "")
                    .hasMessageContaining("process_docs");
            assertRefused("""
                            output_type: multiple_choice
                            task: t
                            doc_to_text: q
                            doc_to_choice: c
                            doc_to_target: a
                            dataset_path: hub/name
                            """, "").hasMessageContaining("nothing is downloaded");
        }
    }

    @Nested
    class Labels {
        private final List<String> labels = List.of("billing", "late delivery", "delivery");

        @Test
        void areReadFromAnswers() {
            assertThat(LabelReader.read("Billing.", labels)).isZero();
            assertThat(LabelReader.read("category: delivery\nurgency: low", labels))
                    .isEqualTo(2);
            assertThat(LabelReader.read("It is a late delivery!", labels)).isEqualTo(1);
            assertThat(LabelReader.read("billing or delivery", labels)).isEqualTo(LabelPair.NONE);
            assertThat(LabelReader.read("rebilling", labels)).isEqualTo(LabelPair.NONE);
            assertThat(LabelReader.read("", labels)).isEqualTo(LabelPair.NONE);
        }
    }
}
