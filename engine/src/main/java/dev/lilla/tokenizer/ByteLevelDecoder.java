package dev.lilla.tokenizer;

import java.nio.charset.StandardCharsets;

/// Decodes tokens written in the [ByteAlphabet].
///
/// @param added how added tokens are written
record ByteLevelDecoder(Added added) implements TokenDecoder {
    enum Added {
        /// In the alphabet where they can be: Hugging Face tokenizers.
        ALPHABET,
        /// As they stand: tiktoken, GGUF.
        LITERAL
    }

    @Override
    public Detokenizer open(Vocabulary vocabulary) {
        Utf8Text text = new Utf8Text(Utf8Text.Malformed.ONE_A_SEQUENCE);
        return new Detokenizer() {
            @Override
            public String append(int id) {
                text.append(bytes(vocabulary, id));
                return text.take();
            }

            @Override
            public String finish() {
                return text.finish();
            }
        };
    }

    @Override
    public byte[] bytes(Vocabulary vocabulary, int id) {
        String token = vocabulary.token(id);
        return added == Added.LITERAL && vocabulary.isAdded(id)
                ? token.getBytes(StandardCharsets.UTF_8)
                : ByteAlphabet.read(token);
    }
}
