package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.ModelFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which of a directory's files makes the tokenizer, and what the files around it add.
class TokenizersTest {
    private static final String JSON = """
            {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "<e>": 2}, "merges": []}}""";

    @TempDir
    private Path folder;

    @BeforeEach
    void writeConfig() throws IOException {
        write("config.json", "{}");
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
    }

    /// A SentencePiece BPE model without a dummy prefix, of `<unk> <s> </s>` and the given letters.
    private void writeModel(String name, String letters) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        piece(bytes, "<unk>", 2);
        piece(bytes, "<s>", 3);
        piece(bytes, "</s>", 3);
        for (String letter : letters.split("")) {
            piece(bytes, letter, 1);
        }
        bytes.writeBytes(new byte[] {0x12, 2, 0x18, 2, 0x1A, 4, 0x18, 0, 0x20, 0});
        Files.write(folder.resolve(name), bytes.toByteArray());
    }

    private static void piece(ByteArrayOutputStream bytes, String text, int type) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        bytes.writeBytes(new byte[] {0x0A, (byte) (utf8.length + 4), 0x0A, (byte) utf8.length});
        bytes.writeBytes(utf8);
        bytes.writeBytes(new byte[] {0x18, (byte) type});
    }

    private Tokenizer open() {
        return Tokenizers.open(HuggingFaceDirectory.open(folder));
    }

    @Nested
    class Sources {
        @Test
        void preferTokenizerJsonToEverythingElse() throws IOException {
            write("tokenizer.json", JSON);
            writeModel("tokenizer.model", "ba");
            write("qwen.tiktoken", "YQ== 0\n");
            assertThat(open().size()).isEqualTo(3);
        }

        @Test
        void preferRanksToASentencePieceModel() throws IOException {
            writeModel("tokenizer.model", "ab");
            write("qwen.tiktoken", "YQ== 0\n");
            assertThat(open().size()).isEqualTo(209);
        }

        @Test
        void takeASentencePieceModelThatStandsAlone() throws IOException {
            writeModel("tokenizer.model", "ab");
            assertThat(open().encode("ab</s>", SpecialTokens.ADD)).containsExactly(1, 3, 4, 2);
        }

        @Test
        void nameTheFileThatIsBroken() throws IOException {
            write("tokenizer.json", "{\"model\": ");
            assertThatThrownBy(TokenizersTest.this::open)
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining(folder.resolve("tokenizer.json").toString());
            write("tokenizer.json", "[]");
            assertThatThrownBy(TokenizersTest.this::open)
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("expected an object");
        }
    }

    @Nested
    class Families {
        @Test
        void putChatGlm3sPrefixBeforeAPromptAndReadItAsPlainText() throws IOException {
            writeModel("tokenizer.model", "sop");
            write("tokenizer_config.json", "{\"tokenizer_class\": \"ChatGLMTokenizer\"}");
            Tokenizer tokenizer = open();
            int first = 6;
            assertThat(tokenizer.encode("sop", SpecialTokens.ADD)).containsExactly(first + 1, first + 3, 3, 4, 5);
            assertThat(tokenizer.encode("sop", SpecialTokens.PARSE)).containsExactly(first + 3);
            assertThat(tokenizer.decode(new int[] {1, 3, 2, first + 8})).isEqualTo("s<|observation|>");
            assertThat(tokenizer.size()).isEqualTo(first + 9);
        }

        @Test
        void giveGebItsSpecialTokensAndNoPrefix() throws IOException {
            writeModel("GEBtokenizer.model", "a");
            write("tokenizer_config.json", "{\"tokenizer_class\": \"GEBTokenizer\"}");
            Tokenizer tokenizer = open();
            assertThat(tokenizer.encode("a", SpecialTokens.ADD)).containsExactly(3);
            assertThat(tokenizer.encode("<eod>", SpecialTokens.PARSE)).containsExactly(4 + 5);
            assertThat(tokenizer.size()).isEqualTo(4 + 10);
            assertThat(tokenizer.isSpecial(4 + 9)).isTrue();
        }
    }

    @Nested
    class Configuration {
        @Test
        void namesTheEndInTheTokenizersOwnFileFirst() throws IOException {
            write("tokenizer.json", JSON);
            write("config.json", "{\"eos_token_id\": [1, 0], \"bos_token_id\": 0}");
            assertThat(open().endOfText()).hasValue(1);
            assertThat(open().beginOfText()).hasValue(0);
            write("special_tokens_map.json", "{\"eos_token\": {\"content\": \"<e>\"}}");
            assertThat(open().endOfText()).hasValue(2);
            write("tokenizer_config.json", "{\"eos_token\": \"a\", \"bos_token\": null}");
            assertThat(open().endOfText()).hasValue(0);
            assertThat(open().beginOfText()).isEmpty();
        }

        @Test
        void ignoresAnEndBeyondTheVocabulary() throws IOException {
            write("tokenizer.json", JSON);
            write("config.json", "{\"eos_token_id\": 99}");
            assertThat(open().endOfText()).isEmpty();
        }

        @Test
        void keepsASentencePieceModelFromBeginningAPrompt() throws IOException {
            writeModel("tokenizer.model", "ab");
            write("tokenizer_config.json", "{\"add_bos_token\": false, \"add_eos_token\": true}");
            assertThat(open().encode("a", SpecialTokens.ADD)).containsExactly(3, 2);
        }

        @Test
        void isRefusedIfAnAddedTokenHasNoNumberAsKey() throws IOException {
            write("tokenizer.json", JSON);
            write("tokenizer_config.json", "{\"added_tokens_decoder\": {\"x\": {\"content\": \"c\"}}}");
            assertThatThrownBy(TokenizersTest.this::open)
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("added_tokens_decoder.x");
        }
    }

    @Nested
    class Looking {
        @Test
        void findsTokensByTextAndById() throws IOException {
            write("tokenizer.json", JSON);
            Tokenizer tokenizer = open();
            assertThat(tokenizer.id("b")).hasValue(1);
            assertThat(tokenizer.id("c")).isEmpty();
            assertThat(tokenizer.token(2)).isEqualTo("<e>");
            assertThat(tokenizer.bytes(0)).containsExactly('a');
        }
    }
}
