package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private List<Example> read(String name, String content) throws IOException {
        return ExampleFile.read(file(name, content), Columns.DEFAULT);
    }

    @Nested
    class JsonLines {
        @Test
        void readsAllThreeFormsWithTheirLines() throws IOException {
            List<Example> examples = read("data.jsonl", """
                    {"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"yo","weight":0}]}

                    {"system":"be brief","prompt":"a","completion":"b"}
                    {"text":"whole"}
                    """);
            assertThat(examples).extracting(Example::line).containsExactly(1, 3, 4);
            assertThat(((Example.Conversation) examples.get(0)).messages().get(1))
                    .containsEntry("content", "yo")
                    .containsEntry("weight", 0);
            assertThat(examples.get(1)).isEqualTo(new Example.Completion(3, Optional.of("be brief"), "a", "b"));
            assertThat(examples.get(2)).isEqualTo(new Example.Text(4, "whole"));
        }

        @Test
        void namesLineAndColumnOfBrokenJson() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> read("data.jsonl", "{\"text\":\"a\"}\n{\"text\":oops}\n"))
                    .withMessageContaining("data.jsonl: line 2, column 9: invalid JSON");
        }

        @Test
        void refusesWhatFollowsTheObject() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> read("data.jsonl", "{\"text\":\"a\"} {\"text\":\"b\"}\n"))
                    .withMessageContaining("line 1");
        }

        @Test
        void saysWhichKeysItFoundAndHowToMapThem() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> read("data.jsonl", "{\"question\":\"a\",\"answer\":\"b\"}\n"))
                    .withMessageContaining("line 1: has the keys [question, answer]")
                    .withMessageContaining("--columns");
        }

        @Test
        void takesOtherNamesForFields() throws IOException {
            Path file = file("data.jsonl", "{\"question\":\"a\",\"answer\":\"b\"}\n");
            assertThat(ExampleFile.read(file, Columns.parse("prompt=question, completion=answer")))
                    .containsExactly(new Example.Completion(1, Optional.empty(), "a", "b"));
        }

        @Test
        void refusesMessagesThatAreNone() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> read("a.jsonl", "{\"messages\":[{\"role\":\"bot\",\"content\":\"x\"}]}"))
                    .withMessageContaining("message 1 has the role 'bot'");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> read("a.jsonl", "{\"messages\":[{\"role\":\"user\"}]}"))
                    .withMessageContaining("message 1 has no text");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> read("a.jsonl", "{\"messages\":[]}"))
                    .withMessageContaining("'messages' has to be a list");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> read("a.jsonl", "{\"prompt\":1,\"completion\":\"x\"}"))
                    .withMessageContaining("'prompt' is NUMBER");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> read("a.jsonl", "[".repeat(100) + "]".repeat(100)))
                    .withMessageContaining("line 1");
        }
    }

    @Nested
    class Csv {
        @Test
        void mapsColumnsInAnyOrder() throws IOException {
            Path file = file("data.csv", "answer;id;question\n\"two;\nlines\";7;why?\n");
            Columns columns = Columns.parse("prompt=question,completion=answer").withDelimiter(';');
            assertThat(ExampleFile.read(file, columns))
                    .containsExactly(new Example.Completion(2, Optional.empty(), "why?", "two;\nlines"));
        }

        @Test
        void readsTabsAndTexts() throws IOException {
            assertThat(read("data.tsv", "text\tsource\na b\tx\n")).containsExactly(new Example.Text(2, "a b"));
        }

        @Test
        void refusesRowsOfAnotherWidth() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> read("data.csv", "prompt,completion\na,b\nc,d,e\n"))
                    .withMessageContaining("line 3: has 3 fields, expected 2");
        }

        @Test
        void refusesHeadersThatLackAColumn() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> read("data.csv", "question,answer\na,b\n"))
                    .withMessageContaining("the header has the columns [question, answer]");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> read("data.csv", "text,text\na,b\n"))
                    .withMessageContaining("the column 'text' is there twice");
        }
    }

    @Test
    void readsATextFileAsOneExample() throws IOException {
        assertThat(read("book.txt", "once\nupon")).containsExactly(new Example.Text(1, "once\nupon"));
    }

    @Test
    void refusesOtherFilesEmptyOnesAndOtherEncodings() throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("data.xlsx", "x"))
                .withMessageContaining(".jsonl, .csv, .tsv and .txt");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("data.jsonl", "\n\n"))
                .withMessageContaining("holds no examples");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExampleFile.read(folder.resolve("none.jsonl"), Columns.DEFAULT))
                .withMessageContaining("does not exist");
        Path latin = Files.write(folder.resolve("latin.csv"), "text\nänd\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExampleFile.read(latin, Columns.DEFAULT))
                .withMessageContaining("not UTF-8");
    }
}
