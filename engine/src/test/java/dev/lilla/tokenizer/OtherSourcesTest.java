package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rank files, tekken.json, vocab.txt and directories without a tokenizer.
class OtherSourcesTest {
    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Nested
    class RankFiles {
        private String file(String... tokens) {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < tokens.length; i++) {
                lines.append(base64(tokens[i])).append(' ').append(i).append('\n');
            }
            return lines.toString();
        }

        @Test
        void mergeAnyTwoNeighborsThatTogetherHaveARank() {
            Tokenizer tokenizer = TiktokenFile.qwen(file("a", "b", "c", "bc", "ab", "abc"), "f");
            assertThat(tokenizer.encode("abcx", SpecialTokens.NONE)).containsExactly(5);
            assertThat(tokenizer.encode("abcab", SpecialTokens.NONE)).containsExactly(5, 4);
        }

        @Test
        void haveQwensSpecialTokensAfterTheRanks() {
            Tokenizer tokenizer = TiktokenFile.qwen(file("a", "b"), "f");
            assertThat(tokenizer.size()).isEqualTo(2 + 208);
            assertThat(tokenizer.encode("a<|im_end|>b<|extra_204|>", SpecialTokens.ADD))
                    .containsExactly(0, 4, 1, 209);
            assertThat(tokenizer.endOfText()).hasValue(2);
            assertThat(tokenizer.endsOfGeneration()).contains(2, 4);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "YQ==",
                    "YQ== 1\n",
                    "YQ== x\n",
                    "!! 0\n",
                    " 0\n",
                    "YQ== 0\nYQ== 1\n",
                    "YQ== 99999999999\n"
                })
        void areRefusedByLineIfBroken(String content) {
            assertThatThrownBy(() -> TiktokenFile.qwen(content, "broken.tiktoken"))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("broken.tiktoken");
        }
    }

    @Nested
    class Tekken {
        private static final String PATTERN =
                "[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]*"
                        + "[\\\\p{Ll}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]+|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]+"
                        + "[\\\\p{Ll}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]*|\\\\p{N}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n/]*|\\\\s*[\\\\r\\\\n]+"
                        + "|\\\\s+(?!\\\\S)|\\\\s+";

        private Tokenizer open(String config, String vocab) {
            return TekkenJson.read(
                    JsonFiles.parse(
                            "{\"config\": {\"pattern\": \"" + PATTERN + "\"" + config + "}, \"vocab\": [" + vocab
                                    + "]}",
                            "f"),
                    "tekken.json");
        }

        private String entry(int rank, String token) {
            return "{\"rank\": " + rank + ", \"token_bytes\": \"" + base64(token) + "\", \"token_str\": null}";
        }

        @Test
        void countsRanksAfterAThousandSpecialTokens() {
            Tokenizer tokenizer = open("", entry(0, "a") + "," + entry(1, "B") + "," + entry(2, "aB"));
            assertThat(tokenizer.encode("a[INST]B", SpecialTokens.ADD)).containsExactly(1, 1000, 3, 1001);
            // Small letters and capitals are pieces apart.
            assertThat(tokenizer.encode("aB", SpecialTokens.NONE)).containsExactly(1000, 1001);
            assertThat(tokenizer.endOfText()).hasValue(2);
            assertThat(tokenizer.token(999)).isEqualTo("<SPECIAL_999>");
        }

        @Test
        void usesOnlyTheRanksThatTheVocabularyHolds() {
            Tokenizer tokenizer = open(
                    ", \"default_vocab_size\": 1001, \"default_num_special_tokens\": 1000",
                    entry(0, "a") + "," + entry(1, "b"));
            assertThat(tokenizer.size()).isEqualTo(1001);
        }

        @Test
        void isRefusedIfRanksAreOutOfOrder() {
            assertThatThrownBy(() -> open("", entry(1, "a")))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("tekken.json.vocab[0]");
        }
    }

    @Nested
    class Directories {
        private HuggingFaceDirectory directory(Path folder) throws IOException {
            Files.writeString(folder.resolve("config.json"), "{}");
            return HuggingFaceDirectory.open(folder);
        }

        @Test
        void readWordPiecesFromVocabTxt(@TempDir Path folder) throws IOException {
            Files.writeString(folder.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\nhel\n##lo\n\u2028\n");
            Tokenizer tokenizer = Tokenizers.open(directory(folder));
            assertThat(tokenizer.encode("H\u00E9llo", SpecialTokens.ADD)).containsExactly(2, 4, 5, 3);
            assertThat(tokenizer.decode(new int[] {4, 5})).isEqualTo("hello");
            assertThat(tokenizer.size()).isEqualTo(7);
        }

        @Test
        void areRefusedWithoutATokenizer(@TempDir Path folder) {
            assertThatThrownBy(() -> Tokenizers.open(directory(folder)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("tokenizer.json")
                    .hasMessageContaining(folder.toString());
        }

        @Test
        void areRefusedIfMergesAreMissing(@TempDir Path folder) throws IOException {
            Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0}");
            Files.writeString(folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"GPT2Tokenizer\"}");
            assertThatThrownBy(() -> Tokenizers.open(directory(folder)))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("merges.txt");
        }

        @Test
        void areRefusedIfTheClassOfAVocabJsonIsNotKnown(@TempDir Path folder) throws IOException {
            Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0}");
            Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n");
            Files.writeString(folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"CLIPTokenizer\"}");
            assertThatThrownBy(() -> Tokenizers.open(directory(folder)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("CLIPTokenizer");
        }
    }
}
