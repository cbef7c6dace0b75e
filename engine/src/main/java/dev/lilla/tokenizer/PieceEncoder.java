package dev.lilla.tokenizer;

/// Turns a piece of normalized, pre-tokenized text into ids: the algorithm in the middle of a tokenizer.
sealed interface PieceEncoder permits ByteLevelBpe, CodePointBpe, WordPiece, Unigram {
    /// Appends the ids of `text[from, to)`, which holds no lone surrogates.
    void encode(String text, int from, int to, IdBuffer out);
}
