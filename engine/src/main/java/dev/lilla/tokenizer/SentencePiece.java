package dev.lilla.tokenizer;

import java.nio.file.Path;
import java.util.List;

/// A piece of a SentencePiece model, for whoever writes it in another form; [Tokenizers] encode with them.
public record SentencePiece(String text, float score, TokenType type) {
    /// The pieces of a `tokenizer.model`, by id.
    ///
    /// @throws dev.lilla.format.ModelFormatException if it is broken
    public static List<SentencePiece> read(Path path) {
        return SentencePieceModel.pieces(path);
    }
}
