package dev.lilla.tokenizer;

/// Finds the pieces of a text as a pre-tokenizer's regular expression would, by hand: in linear time, whatever the
/// text.
interface PieceScanner {
    /// What [#match] gives where nothing matches.
    int NO_MATCH = -1;

    /// The end of the match that begins exactly at `from`, at most `to`; never empty; or [#NO_MATCH].
    int match(String text, int from, int to);
}
