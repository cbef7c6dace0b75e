package dev.lilla.tokenizer;

/// Decodes a text that arrives token by token and never gives out half a code point. Not safe for several threads.
public interface Detokenizer {
    /// Takes the next token.
    ///
    /// @return the text that is now certain; empty while a code point is incomplete
    /// @throws IllegalArgumentException if the id is out of range
    String append(int id);

    /// Ends the text.
    ///
    /// @return what was held back, with U+FFFD in place of an incomplete code point
    String finish();
}
