package dev.lilla.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCheckTest {
    @TempDir
    private Path folder;

    private DataReport check(String task, String data) {
        return DataCheck.check(
                Project.parse(folder.resolve("lilla.yaml"), "goal: {task: " + task + "}\ndata: " + data + "\n"),
                _ -> {});
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static Finding only(DataReport report, Finding.Kind kind) {
        return report.findings().stream()
                .filter(finding -> finding.kind() == kind)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " in " + report.findings()));
    }

    private static String rows(int count) {
        StringBuilder text = new StringBuilder("id,input,output\n");
        for (int i = 0; i < count; i++) {
            text.append(i).append(",text ").append(i).append(',').append(i % 3).append('\n');
        }
        return text.toString();
    }

    @Test
    void findsNothingWrongWithGoodData() throws IOException {
        write("a.csv", rows(1000));
        DataReport report = check("classify", "{file: a.csv, columns: {id: id}}");

        assertThat(report.findings()).isEmpty();
        assertThat(report.isUsable()).isTrue();
        assertThat(report.rows().values()).allMatch(count -> count > 50);
        assertThat(report.rows().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(1000);
        assertThat(report.labels()).isEqualTo(Map.of("0", 334L, "1", 333L, "2", 333L));
        assertThat(report.lengths().input().most()).isEqualTo(8);
    }

    @Nested
    class OfAFile {
        @Test
        void tellsMissingColumns() throws IOException {
            write("a.csv", "text,category\nx,y\n");
            Finding finding = only(check("classify", "{file: a.csv}"), Finding.Kind.MISSING_COLUMN);

            assertThat(finding.message()).contains("\"input\"", "\"output\"", "\"text\"", "\"category\"");
            assertThatThrownBy(() -> ProjectExamples.of(Project.parse(
                                    folder.resolve("lilla.yaml"), "goal: {task: chat}\ndata: {file: a.csv}\n"))
                            .examples(Part.TEST))
                    .hasMessageContaining("a.csv: has no column");
        }

        @Test
        void tellsAnotherDelimiter() throws IOException {
            write("a.csv", "input;output\nx;y\n");
            assertThat(only(check("classify", "{file: a.csv}"), Finding.Kind.MISSING_COLUMN)
                            .message())
                    .contains("found [\"input;output\"]. Its columns seem to be separated by \";\"")
                    .endsWith("say so under data.delimiter.");
            assertThat(check("classify", "{file: a.csv, delimiter: \";\"}").rows())
                    .isNotEmpty();
        }

        @Test
        void tellsEmptyFieldsWithTheirLines() throws IOException {
            write("a.csv", "input,output\nx,y\n,y\nx2,\"  \"\n\"multi\nline\",y\nx3,\n");
            DataReport report = check("classify", "{file: a.csv}");

            assertThat(only(report, Finding.Kind.EMPTY_INPUT).lines()).containsExactly(3);
            assertThat(only(report, Finding.Kind.EMPTY_OUTPUT).lines()).containsExactly(4, 7);
            assertThat(only(report, Finding.Kind.EMPTY_OUTPUT).message()).isEqualTo("\"output\" is empty");
            assertThat(report.isUsable()).isFalse();
        }

        @Test
        void tellsIdsThatStandTwice() throws IOException {
            write("a.csv", "id,input,output\n7,a,x\n8,b,y\n7,c,x\n");
            Finding finding = only(check("classify", "{file: a.csv, columns: {id: id}}"), Finding.Kind.DUPLICATE_ID);

            assertThat(finding.lines()).containsExactly(4);
            assertThat(finding.message()).contains("\"7\" was on line 2");
        }

        @Test
        void tellsRowsThatContradictEachOtherOrRepeat() throws IOException {
            write("a.csv", "input,output\nHello  there,x\nhello there,y\nother,z\nother,z\n");
            DataReport report = check("generate", "{test: a.csv}");

            assertThat(only(report, Finding.Kind.CONTRADICTION).lines()).containsExactly(3);
            assertThat(only(report, Finding.Kind.REPEATED_INPUT).lines()).containsExactly(5);
            assertThat(report.isUsable()).isTrue();
        }

        @Test
        void tellsAnotherEncodingWithItsLine() throws IOException {
            Files.writeString(folder.resolve("a.csv"), "input,output\nok,x\nHär,y\n", Charset.forName("windows-1252"));
            Finding finding = only(check("classify", "{file: a.csv}"), Finding.Kind.UNREADABLE);
            assertThat(finding.message()).contains("line 3", "0xE4", "'ä'", "iconv -f WINDOWS-1252");

            Files.writeString(folder.resolve("a.csv"), "input,output\nx,y\n", StandardCharsets.UTF_16);
            assertThat(only(check("classify", "{file: a.csv}"), Finding.Kind.UNREADABLE)
                            .message())
                    .contains("UTF-16");
        }

        @Test
        void tellsSpreadsheetsThatAreNoText() throws IOException {
            write("a.csv", "PK\u0003\u0004\u0014\u0000");
            Files.write(folder.resolve("a.csv"), new byte[] {(byte) 0xA3, (byte) 0xFF}, StandardOpenOption.APPEND);
            assertThat(only(check("classify", "{file: a.csv}"), Finding.Kind.UNREADABLE)
                            .message())
                    .contains("zip archive", "save it as \"CSV UTF-8\"")
                    .doesNotContain("iconv");
        }

        @Test
        void concludesNothingFromAFileThatItCouldNotReadToItsEnd() throws IOException {
            write("a.csv", rows(3) + "broken\n" + rows(100));
            DataReport report = check("classify", "{file: a.csv}");
            assertThat(report.findings()).extracting(Finding::kind).containsExactly(Finding.Kind.UNREADABLE);
        }

        @Test
        void tellsThatNothingIsLeftToJudgeBy() throws IOException {
            write("a.csv", "input,output\nx,y\n");
            DataReport report = check("generate", "{file: a.csv, split: {test: 0.01, validation: 0.01}}");
            assertThat(only(report, Finding.Kind.NO_TEST_ROWS).message()).contains("no rows to judge by");
            assertThat(report.isUsable()).isFalse();
        }

        @Test
        void tellsBrokenRows() throws IOException {
            write("a.csv", "input,output\na,b,c\n");
            assertThat(only(check("chat", "{file: a.csv}"), Finding.Kind.UNREADABLE)
                            .message())
                    .contains("line 2: has 3 fields, expected 2");
            write("b.jsonl", "{\"input\": \"a\", \"output\": \"b\"}\n{\"input\": }\n");
            assertThat(only(check("chat", "{file: b.jsonl}"), Finding.Kind.UNREADABLE)
                            .message())
                    .contains("b.jsonl: line 2, column");
            assertThat(only(check("chat", "{file: none.csv}"), Finding.Kind.UNREADABLE)
                            .message())
                    .contains("does not exist");
            write("d.csv", "input,output\n");
            assertThat(only(check("chat", "{file: d.csv}"), Finding.Kind.EMPTY_FILE)
                            .message())
                    .contains("no rows");
        }

        @Test
        void tellsAnswersThatAreNoJson() throws IOException {
            write("a.jsonl", """
                    {"input": "a", "output": {"name": "x"}}
                    {"input": "b", "output": "{\\"name\\": \\"x\\"}"}
                    {"input": "c", "output": "name: x"}
                    {"input": "d", "output": [1]}
                    """);
            assertThat(only(check("extract", "{test: a.jsonl}"), Finding.Kind.NO_JSON)
                            .lines())
                    .containsExactly(3, 4);
        }
    }

    @Nested
    class OfParts {
        @Test
        void tellsTestRowsThatWereTrainedOn() throws IOException {
            write("train.csv", "input,output\none,x\ntwo,y\n");
            write("test.csv", "input,output\nthree,x\nTWO ,y\n");
            Finding finding = only(check("classify", "{train: train.csv, test: test.csv}"), Finding.Kind.LEAK);

            assertThat(finding.file()).hasFileName("test.csv");
            assertThat(finding.lines()).containsExactly(3);
            assertThat(finding.message()).contains("training data too, on line 3");
        }

        @Test
        void tellsLabelsThatTrainingNeverSees() throws IOException {
            write("train.csv", "input,output\none,x\ntwo,y\n");
            write("test.csv", "input,output\nthree,x\nfour,z\nfive,z\n");
            Finding finding = only(check("classify", "{train: train.csv, test: test.csv}"), Finding.Kind.UNSEEN_LABEL);

            assertThat(finding.lines()).containsExactly(3, 4);
            assertThat(finding.count()).isEqualTo(2);
            assertThat(finding.message()).contains("\"z\"");
        }

        @Test
        void tellsLabelsThatTheGoalDoesNotName() throws IOException {
            write("a.csv", "input,output\none,refund\ntwo,refnud\n");
            DataReport report = DataCheck.check(
                    Project.parse(
                            folder.resolve("lilla.yaml"),
                            "goal: {task: classify, labels: [refund, other]}\ndata: {test: a.csv}\n"),
                    _ -> {});
            assertThat(only(report, Finding.Kind.UNKNOWN_LABEL).message()).contains("Is it \"refund\"?");
        }

        @Test
        void keepEqualInputsTogetherAndStayWhenRowsCome() throws IOException {
            write("a.csv", rows(300) + "900,Text  7,0\n");
            Map<String, Part> before = parts();
            write("a.csv", rows(300) + "900,Text  7,0\n" + "901,something new,1\n");
            Map<String, Part> after = parts();

            assertThat(before.get("900")).isEqualTo(before.get("7"));
            assertThat(after).containsAllEntriesOf(before).hasSize(302);
            assertThat(Set.copyOf(after.values())).hasSize(3);
        }

        private Map<String, Part> parts() {
            ProjectExamples data = ProjectExamples.of(Project.parse(
                    folder.resolve("lilla.yaml"), "goal: {task: classify}\ndata: {file: a.csv, columns: {id: id}}\n"));
            return List.of(Part.values()).stream()
                    .flatMap(part -> data.examples(part).stream().map(example -> Map.entry(example.id(), part)))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        }
    }

    /// 1 GB in some ten million rows, in the memory that tests have.
    @Test
    @Tag("long")
    void readsAFileOfAGigabyte() throws IOException {
        Path file = folder.resolve("large.csv");
        long rows = 0;
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            writer.write("id,input,output\n");
            String filler = " lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor";
            for (long bytes = 0; bytes < 1_000_000_000L; rows++) {
                String row = rows + ",text " + rows + filler + "," + rows % 3 + "\n";
                writer.write(row);
                bytes += row.length();
            }
            writer.write("5,text again,1\n");
        }
        DataReport report = check("classify", "{file: large.csv, columns: {id: id}}");

        assertThat(only(report, Finding.Kind.DUPLICATE_ID).count()).isEqualTo(1);
        assertThat(report.rows().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(rows + 1);
    }
}
