package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.ModelFormatException;
import dev.lilla.tokenizer.SentencePiece;
import dev.lilla.tokenizer.TokenType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of each kind of vocabulary in a GGUF.
class VocabularyTest {
    @TempDir
    Path folder;

    private HuggingFaceDirectory directory() throws IOException {
        write("config.json", "{'model_type':'llama'}");
        return HuggingFaceDirectory.open(folder);
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content.replace('\'', '"'));
    }

    @Nested
    class OfBytePairs {
        @Test
        void fillsIdsThatNothingClaims() throws IOException {
            write("tokenizer.json", "{'model':{'vocab':{'a':0,'b':2},'merges':[]}}");
            Vocabulary vocabulary = BytePairVocabulary.of(directory(), "llama", 4);
            assertThat(vocabulary.tokens()).containsExactly("a", "[PAD1]", "b", "[PAD3]");
            assertThat(vocabulary.types())
                    .containsExactly(TokenType.NORMAL, TokenType.UNUSED, TokenType.NORMAL, TokenType.UNUSED);
            assertThat(vocabulary.scores()).isEmpty();
        }

        @Test
        void leavesOutWhatIsBeyondTheEmbeddingTable() throws IOException {
            write("tokenizer.json", "{'model':{'vocab':{'a':0,'b':1},'merges':[]}}");
            assertThat(BytePairVocabulary.of(directory(), "llama", 1).tokens()).containsExactly("a");
        }

        @Test
        void writesSpacesWithinAMergeAsBytes() throws IOException {
            write("tokenizer.json", "{'model':{'vocab':{'a':0},'merges':[['a b','c'],['d','e']]}}");
            assertThat(BytePairVocabulary.of(directory(), "llama", 1).merges()).containsExactly("a\u0120b c", "d e");
        }

        @Test
        void takesAddedTokensForSpecialByTheirFlagOrTheirLooks() throws IOException {
            write(
                    "tokenizer.json",
                    "{'model':{'vocab':{'a':0},'merges':[]},'added_tokens':["
                            + "{'id':1,'content':'<stop>','special':true},"
                            + "{'id':2,'content':'<|tool|>','special':false},"
                            + "{'id':3,'content':'x\u2581y','special':false}]}");
            Vocabulary vocabulary = BytePairVocabulary.of(directory(), "llama", 4);
            assertThat(vocabulary.tokens()).containsExactly("a", "<stop>", "<|tool|>", "x y");
            assertThat(vocabulary.types())
                    .containsExactly(TokenType.NORMAL, TokenType.CONTROL, TokenType.CONTROL, TokenType.USER_DEFINED);
        }

        @Test
        void readsTheFilesFromBeforeTokenizerJson() throws IOException {
            write("vocab.json", "{'a':0,'b':1,'ab':2}");
            write("merges.txt", "#version: 0.2\na b\n");
            Vocabulary vocabulary = BytePairVocabulary.of(directory(), "qwen2", 3);
            assertThat(vocabulary.tokens()).containsExactly("a", "b", "ab");
            assertThat(vocabulary.merges()).containsExactly("a b");
            assertThat(vocabulary.pre()).isEqualTo("qwen2");
        }

        @Test
        void refusesAFolderWithoutTokenizer() throws IOException {
            HuggingFaceDirectory empty = directory();
            assertThatThrownBy(() -> BytePairVocabulary.of(empty, "llama", 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Expected tokenizer.json");
        }
    }

    @Nested
    class OfSentencePieces {
        private static final List<SentencePiece> PIECES = List.of(
                new SentencePiece("<unk>", 0, TokenType.UNKNOWN),
                new SentencePiece("<s>", 0, TokenType.CONTROL),
                new SentencePiece("\u2581a", -1, TokenType.NORMAL),
                new SentencePiece("\u2581\u2581", -2, TokenType.USER_DEFINED));

        private Path model() throws IOException {
            SentencePieceWriter.Options options = new SentencePieceWriter.Options(0, 1, 2, -1, true);
            return Files.write(folder.resolve("tokenizer.model"), SentencePieceWriter.write(PIECES, options));
        }

        /// llama.cpp's converter takes user-defined pieces from tokenizer_config.json alone.
        @Test
        void marksOnlyWhatTheConfigurationAdds() throws IOException {
            write(
                    "tokenizer_config.json",
                    "{'added_tokens_decoder':{'2':{'content':'\u2581a','special':false},"
                            + "'4':{'content':'<|end|>','special':true}}}");
            Vocabulary vocabulary = SentencePieceVocabulary.of(directory(), model(), 6);
            assertThat(vocabulary.tokens()).containsExactly("<unk>", "<s>", " a", "\u2581\u2581", "<|end|>", "[PAD5]");
            assertThat(vocabulary.types())
                    .containsExactly(
                            TokenType.UNKNOWN,
                            TokenType.CONTROL,
                            TokenType.USER_DEFINED,
                            TokenType.NORMAL,
                            TokenType.CONTROL,
                            TokenType.UNUSED);
            assertThat(vocabulary.scores()).containsExactly(0f, 0f, -1000f, -2f, -1000f, -10_000f);
        }

        @Test
        void putsTheNineTokensOfChatGlmBehindThePieces() throws IOException {
            Vocabulary vocabulary = SentencePieceVocabulary.ofChatGlm3(model(), 15);
            assertThat(vocabulary.tokens().subList(0, 4)).containsExactly("<unk>", "<bos>", "<eos>", "\u2581\u2581");
            assertThat(vocabulary.tokens().subList(4, 8)).containsExactly("[MASK]", "[gMASK]", "[sMASK]", "sop");
            assertThat(vocabulary.tokens().subList(12, 15)).containsExactly("<|observation|>", "[PAD13]", "[PAD14]");
            assertThat(vocabulary.pre()).isEqualTo("chatglm-spm");
        }

        @Test
        void ranksPiecesOfATokenizerJsonByTheirFirstMerge() throws IOException {
            Path file = write(
                    "tokenizer.json",
                    "{'model':{'vocab':{'<0x41>':0,'a':1,'ab':2,'abc':3,'lone':4},"
                            + "'merges':['a b','ab c','a bc']}}");
            Vocabulary vocabulary = SentencePieceVocabulary.ofTokenizerJson(directory(), JsonFiles.read(file), 5);
            assertThat(vocabulary.scores().get(0)).isZero();
            assertThat(vocabulary.scores().get(2)).isZero();
            assertThat(vocabulary.scores().get(3)).isEqualTo(-1);
            assertThat(vocabulary.scores().get(4)).isLessThan(-1);
            assertThat(vocabulary.types().getFirst()).isEqualTo(TokenType.BYTE);
        }
    }

    @Nested
    class OfRanks {
        @Test
        void findsTheTwoPartsThatEachTokenIsMadeOf() throws IOException {
            Vocabulary vocabulary = TiktokenVocabulary.of(ranks("a", "b", " ", "ab", " ab"), 8);
            assertThat(vocabulary.merges()).containsExactly("a b", "\u0120 ab");
            assertThat(vocabulary.tokens())
                    .containsExactly(
                            "a", "b", "\u0120", "ab", "\u0120ab", "<|endoftext|>", "<|im_start|>", "<|im_end|>");
            assertThat(vocabulary.types().get(5)).isEqualTo(TokenType.CONTROL);
        }

        @Test
        void refusesATokenThatNoMergeMakes() throws IOException {
            Path file = ranks("a", "b", "abb");
            assertThatThrownBy(() -> TiktokenVocabulary.of(file, 8))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("rank 2 is made of 3 earlier ones, expected two");
        }

        private Path ranks(String... tokens) throws IOException {
            StringBuilder lines = new StringBuilder();
            for (int rank = 0; rank < tokens.length; rank++) {
                byte[] bytes = tokens[rank].getBytes(StandardCharsets.UTF_8);
                lines.append(Base64.getEncoder().encodeToString(bytes))
                        .append(' ')
                        .append(rank)
                        .append('\n');
            }
            return Files.writeString(folder.resolve("qwen.tiktoken"), lines);
        }
    }
}
