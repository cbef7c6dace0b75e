package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.Oracle;
import dev.lilla.format.ModelFormatException;
import dev.lilla.optimize.SentencePieceModel.Options;
import dev.lilla.optimize.SentencePieceModel.Piece;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentencePieceModelTest {
    private static final List<Piece> PIECES = List.of(
            new Piece("<unk>", 0, TokenType.UNKNOWN),
            new Piece("<s>", 0, TokenType.CONTROL),
            new Piece("<0x0A>", 0, TokenType.BYTE),
            new Piece("\u2581hej", -1.5f, TokenType.NORMAL),
            new Piece("\u2581\u2581", -2, TokenType.USER_DEFINED));

    @TempDir
    Path folder;

    @Test
    void readsWhatItWrites() throws IOException {
        assertThat(SentencePieceModel.read(file(SentencePieceModel.write(PIECES, new Options(0, 1, 2, -1, true)))))
                .isEqualTo(PIECES);
    }

    @Test
    void readsEveryPieceOfAPublishedFile() {
        List<Path> files = Oracle.filesUnder(Oracle.path("models"), ".model");
        assertThat(files).isNotEmpty();
        for (Path path : files) {
            List<Piece> pieces = SentencePieceModel.read(path);
            assertThat(pieces.getFirst().text()).isIn("<unk>", "<pad>");
            assertThat(pieces).allMatch(piece -> !piece.text().isEmpty());
            assertThat(pieces.stream().filter(piece -> piece.type() == TokenType.BYTE))
                    .hasSize(256);
        }
    }

    @Test
    void refusesAFileThatEndsInThePieces() throws IOException {
        byte[] model = SentencePieceModel.write(PIECES, new Options(0, 1, 2, -1, true));
        Path cut = file(Arrays.copyOf(model, 9));
        assertThatThrownBy(() -> SentencePieceModel.read(cut))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(cut.toString());
    }

    @Test
    void survivesEveryTruncation() throws IOException {
        byte[] model = SentencePieceModel.write(PIECES, new Options(0, 1, 2, -1, true));
        for (int length = 0; length < model.length; length++) {
            Path cut = file(Arrays.copyOf(model, length));
            try {
                assertThat(SentencePieceModel.read(cut).size()).isLessThanOrEqualTo(PIECES.size());
            } catch (ModelFormatException e) {
                assertThat(e).hasMessageContaining(cut.toString());
            }
        }
    }

    @Test
    void refusesWhatIsNoSentencePieceModel() throws IOException {
        Path text = file("version https://git-lfs.github.com/spec/v1".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> SentencePieceModel.read(text)).isInstanceOf(ModelFormatException.class);
    }

    @Test
    void refusesAPieceOfUnknownType() throws IOException {
        Path path = file(new byte[] {0x0A, 2, 0x18, 9});
        assertThatThrownBy(() -> SentencePieceModel.read(path))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("type 9");
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("tokenizer.model"), content);
    }
}
