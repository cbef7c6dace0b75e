package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.Oracle;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SentencePieceModelTest {
    /// Writes a model as protobuf does.
    private static final class Model {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Model piece(String text, float score, int type) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            ByteBuffer piece = ByteBuffer.allocate(utf8.length + 16).order(ByteOrder.LITTLE_ENDIAN);
            piece.put((byte) 0x0A).put((byte) utf8.length).put(utf8);
            piece.put((byte) 0x15).putFloat(score).put((byte) 0x18).put((byte) type);
            return message(1, Arrays.copyOf(piece.array(), piece.position()));
        }

        Model message(int field, byte... content) {
            bytes.write((field << 3) | 2);
            bytes.write(content.length);
            bytes.writeBytes(content);
            return this;
        }

        /// BPE without a dummy prefix, spaces kept.
        Model plainBpe() {
            return message(2, (byte) 0x18, (byte) 2).message(3, (byte) 0x18, (byte) 0, (byte) 0x20, (byte) 0);
        }

        SentencePieceVocabulary read() {
            return SentencePieceModel.read(bytes.toByteArray(), "tokenizer.model");
        }

        Tokenizer tokenizer() {
            return read().tokenizer(new int[0], new int[0]);
        }
    }

    private static Model model() {
        return new Model().piece("<unk>", 0, 2);
    }

    @Nested
    class Encoding {
        @Test
        void mergesTheHighestScoreFirst() {
            Tokenizer tokenizer = model().plainBpe()
                    .piece("a", -9, 1)
                    .piece("b", -9, 1)
                    .piece("c", -9, 1)
                    .piece("ab", -2, 1)
                    .piece("bc", -1, 1)
                    .tokenizer();
            assertThat(tokenizer.encode("abc", SpecialTokens.NONE)).containsExactly(1, 5);
        }

        @Test
        void mergesTheLeftmostOfEqualScores() {
            Tokenizer tokenizer =
                    model().plainBpe().piece("a", 0, 1).piece("aa", 0, 1).tokenizer();
            assertThat(tokenizer.encode("aaa", SpecialTokens.NONE)).containsExactly(2, 1);
        }

        @Test
        void mergesThroughCodePointsThatAreNoPieces() {
            Tokenizer tokenizer = model().plainBpe().piece("xy", -1, 1).tokenizer();
            assertThat(tokenizer.encode("xyx", SpecialTokens.NONE)).containsExactly(1, 0);
        }

        @Test
        void findsUserDefinedPiecesFirst() {
            Tokenizer tokenizer = model().plainBpe()
                    .piece("a", 0, 1)
                    .piece("b", 0, 1)
                    .piece("ab", 5, 1)
                    .piece("ba", -5, 4)
                    .tokenizer();
            assertThat(tokenizer.encode("aba", SpecialTokens.NONE)).containsExactly(1, 4);
        }

        @Test
        void segmentsUnigramModels() {
            Tokenizer tokenizer = model().message(3, (byte) 0x18, (byte) 0)
                    .piece("a", -1, 1)
                    .piece("b", -1, 1)
                    .piece("ab", -1.5f, 1)
                    .tokenizer();
            assertThat(tokenizer.encode("  ab", SpecialTokens.NONE)).containsExactly(3);
        }

        @Test
        void keepsOneSpaceWhereTheModelRemovesOthers() {
            Tokenizer tokenizer = model().message(2, (byte) 0x18, (byte) 2)
                    .piece("\u2581", 0, 1)
                    .piece("a", 0, 1)
                    .tokenizer();
            int[] ids = tokenizer.encode("  a   a ", SpecialTokens.NONE);
            assertThat(ids).containsExactly(1, 2, 1, 2);
            assertThat(tokenizer.decode(ids)).isEqualTo("a a");
        }

        @Test
        void writesTheUnknownPieceAsSentencePieceDoes() {
            assertThat(model().plainBpe().piece("a", 0, 1).tokenizer().decode(new int[] {1, 0}))
                    .isEqualTo("a \u2047 ");
        }
    }

    @Nested
    class Refusals {
        @Test
        void nameTheFileAtEveryTruncation() throws IOException {
            for (Path file : Oracle.filesUnder(Oracle.root(), ".model")) {
                byte[] whole = Files.readAllBytes(file);
                for (int percent = 0; percent < 100; percent++) {
                    int length = (int) (whole.length * (long) percent / 100);
                    try {
                        SentencePieceModel.read(Arrays.copyOf(whole, length), "cut.model");
                        // Cut between two messages, what is left is a smaller model.
                    } catch (ModelFormatException | UnsupportedModelException e) {
                        assertThat(e).hasMessageContaining("cut.model");
                    }
                }
                assertThatThrownBy(() -> SentencePieceModel.read(
                                Arrays.copyOf(whole, whole.length / 2 + oddCut(whole)), "cut.model"))
                        .isInstanceOf(ModelFormatException.class)
                        .hasMessageContaining("at byte");
            }
        }

        /// How far behind the middle a cut falls within a message.
        private int oddCut(byte[] whole) {
            for (int extra = 0; ; extra++) {
                try {
                    SentencePieceModel.read(Arrays.copyOf(whole, whole.length / 2 + extra), "f");
                } catch (ModelFormatException e) {
                    return extra;
                }
            }
        }

        @Test
        void areForBrokenBytes() {
            for (byte[] bytes : new byte[][] {
                {},
                {0x0A},
                {0x0A, 0x7F},
                {0x0B},
                {0x00, 0x00},
                {0x0A, 0x02, 0x0A, 0x05},
                {0x08, 0x01},
                {
                    0x0A,
                    (byte) 0xFF,
                    (byte) 0xFF,
                    (byte) 0xFF,
                    (byte) 0xFF,
                    (byte) 0xFF,
                    (byte) 0xFF,
                    (byte) 0xFF,
                    (byte) 0xFF,
                    0x7F
                },
                {0x08, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}
            }) {
                assertThatThrownBy(() -> SentencePieceModel.read(bytes, "broken.model"))
                        .isInstanceOf(ModelFormatException.class)
                        .hasMessageContaining("broken.model");
            }
        }

        @Test
        void areForPiecesThatContradictThemselves() {
            assertThatThrownBy(() -> model().piece("a", 0, 1).piece("a", 0, 1).read())
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("there twice");
            assertThatThrownBy(() -> model().piece("", 0, 1).read()).hasMessageContaining("empty");
            assertThatThrownBy(() -> model().piece("a", 0, 9).read()).hasMessageContaining("type 9");
            assertThatThrownBy(() -> model().piece("a", Float.NaN, 1).read()).hasMessageContaining("score");
        }

        @Test
        void nameWhatIsNotSupported() {
            assertThatThrownBy(() -> model().message(2, (byte) 0x18, (byte) 4).read())
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("model type 4");
            assertThatThrownBy(() -> model().message(3, (byte) 0x12, (byte) 1, (byte) 'x')
                            .read())
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("character map");
        }
    }
}
