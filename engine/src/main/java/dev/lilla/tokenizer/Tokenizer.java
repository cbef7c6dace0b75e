package dev.lilla.tokenizer;

import java.util.OptionalInt;

/// Text to token ids and back. Immutable and safe for use by several threads.
public interface Tokenizer {
    /// Number of ids: every id is from 0 to `size() - 1`. A model's logits may be wider (padding rows).
    int size();

    /// Encodes text; lone surrogates are read as U+FFFD.
    int[] encode(String text, SpecialTokens special);

    /// Decodes ids to text; bytes that are no UTF-8 become U+FFFD, and special tokens are written out.
    ///
    /// @throws IllegalArgumentException if an id is out of range
    default String decode(int[] ids) {
        Detokenizer detokenizer = detokenizer();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(detokenizer.append(id));
        }
        return text.append(detokenizer.finish()).toString();
    }

    /// A decoder for a text that arrives token by token.
    Detokenizer detokenizer();

    /// The token as the vocabulary has it (`▁the`, `Ġthe`, `<0x0A>`), for people to look at.
    String token(int id);

    /// The bytes the token stands for in a text; for a special token, its name in UTF-8.
    byte[] bytes(int id);

    /// The id of a token given as the vocabulary has it.
    OptionalInt id(String token);

    /// Whether the token is special: it steers the model and is not part of a text.
    boolean isSpecial(int id);

    /// The token that begins a text, if the model has one.
    OptionalInt beginOfText();

    /// The token that ends a text, if the model has one.
    OptionalInt endOfText();

    /// Tokens that may end an answer, as far as the tokenizer's files tell: the end of a text, and the ends of a turn
    /// in known chat formats. The generation configuration of a model may name others.
    default int[] endsOfGeneration() {
        return endOfText().stream().toArray();
    }
}
