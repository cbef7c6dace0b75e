package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.ModelFormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BytePairsTest {
    @Nested
    class OfTokenizerJson {
        @Test
        void listsTokensByIdAndMergesByRank() {
            BytePairs pairs = read("{'vocab':{'ab':3,'a':0,'b':1},'merges':['a b']}");
            assertThat(pairs.tokens()).containsExactly("a", "b", "", "ab");
            assertThat(pairs.merges()).containsExactly(new Merge("a", "b"));
        }

        @Test
        void readsMergesThatAreLists() {
            assertThat(read("{'vocab':{'a':0},'merges':[['a b','c'],['d','e']]}")
                            .merges())
                    .containsExactly(new Merge("a b", "c"), new Merge("d", "e"));
        }

        @Test
        void refusesAMergeOfThree() {
            assertThatThrownBy(() -> read("{'vocab':{'a':0},'merges':[['a','b','c']]}"))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("merges[0]")
                    .hasMessageContaining("expected two tokens");
        }

        @Test
        void refusesTwoTokensOfOneId() {
            assertThatThrownBy(() -> read("{'vocab':{'a':0,'b':0},'merges':[]}"))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("\"a\" and \"b\" have the same id 0");
        }

        private static BytePairs read(String model) {
            String json = "{'model':" + model + "}";
            return BytePairs.ofTokenizerJson(
                    JsonFiles.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "tokenizer.json"),
                    "tokenizer.json");
        }
    }

    @Nested
    class OfFiles {
        @TempDir
        Path folder;

        @Test
        void readsTheMergesAfterTheVersion() throws IOException {
            write("merges.txt", "#version: 0.2\na b\r\n# c\n");
            assertThat(read().merges()).containsExactly(new Merge("a", "b"), new Merge("#", "c"));
            assertThat(read().tokens()).containsExactly("a", "b", "ab");
        }

        @Test
        void namesTheLineThatIsNoPair() throws IOException {
            write("merges.txt", "a b\nab\n");
            assertThatThrownBy(this::read)
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("merges.txt: line 2")
                    .hasMessageContaining("\"ab\" is no pair");
        }

        @Test
        void namesTheFileThatIsMissing() throws IOException {
            assertThatThrownBy(this::read)
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("merges.txt: is missing");
        }

        private BytePairs read() throws IOException {
            write("config.json", "{\"model_type\":\"qwen2\"}");
            write("vocab.json", "{\"a\":0,\"b\":1,\"ab\":2}");
            return BytePairs.ofFiles(HuggingFaceDirectory.open(folder));
        }

        private void write(String name, String content) throws IOException {
            Files.writeString(folder.resolve(name), content);
        }
    }
}
