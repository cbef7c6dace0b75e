package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.optimize.SentencePieceWriter.Options;
import dev.lilla.tokenizer.SentencePiece;
import dev.lilla.tokenizer.TokenType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentencePieceWriterTest {
    private static final List<SentencePiece> PIECES = List.of(
            new SentencePiece("<unk>", 0, TokenType.UNKNOWN),
            new SentencePiece("<s>", 0, TokenType.CONTROL),
            new SentencePiece("<0x0A>", 0, TokenType.BYTE),
            new SentencePiece("\u2581hej", -1.5f, TokenType.NORMAL),
            new SentencePiece("\u2581\u2581", -2, TokenType.USER_DEFINED));

    @TempDir
    Path folder;

    @Test
    void readsWhatItWrites() throws IOException {
        assertThat(SentencePiece.read(file(SentencePieceWriter.write(PIECES, new Options(0, 1, 2, -1, true)))))
                .isEqualTo(PIECES);
    }

    @Test
    void readsEveryPieceOfAPublishedFile() {
        List<Path> files = Oracle.filesUnder(Oracle.path("models"), ".model");
        assertThat(files).isNotEmpty();
        for (Path path : files) {
            List<SentencePiece> pieces = SentencePiece.read(path);
            assertThat(pieces.getFirst().text()).isIn("<unk>", "<pad>");
            assertThat(pieces).allMatch(piece -> !piece.text().isEmpty());
            assertThat(pieces.stream().filter(piece -> piece.type() == TokenType.BYTE))
                    .hasSize(256);
        }
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("tokenizer.model"), content);
    }
}
