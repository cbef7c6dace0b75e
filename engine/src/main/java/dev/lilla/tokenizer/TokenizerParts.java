package dev.lilla.tokenizer;

import java.util.List;
import java.util.OptionalInt;

/// What a [TokenizerPipeline] is made of.
///
/// @param before ids put before a prompt
/// @param after ids put after a prompt
record TokenizerParts(
        Vocabulary vocabulary,
        List<AddedToken> added,
        Contents contents,
        Prompts prompts,
        TextNormalizer normalizer,
        PreTokenizer preTokenizer,
        PieceEncoder encoder,
        TokenDecoder decoder,
        int[] before,
        int[] after,
        OptionalInt beginOfText,
        OptionalInt endOfText) {
    /// How added tokens are looked for in normalized text.
    enum Contents {
        /// Normalized themselves: Hugging Face tokenizers.
        NORMALIZED,
        /// As they stand: SentencePiece.
        AS_GIVEN
    }

    /// Whether special tokens are found in a prompt ([SpecialTokens#ADD]).
    enum Prompts {
        PARSED,
        /// ChatGLM and GEB read a prompt as plain text; only a rendered chat template is parsed.
        PLAIN
    }
}
