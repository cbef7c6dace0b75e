package dev.lilla.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/// Decodes SentencePiece tokens: `▁` is a space, `<0xXX>` a byte; the space that encoding put in front is dropped.
///
/// @param dropsPrefix whether encoding puts a space in front
/// @param unknown the unknown token, written as ` ⁇ `; -1 for none
/// @param silent control tokens that are not written out
/// @param prefixes whether the space in front is put after an added token too
record SentencePieceDecoder(boolean dropsPrefix, int unknown, BitSet silent, Prefixes prefixes)
        implements TokenDecoder {
    private static final char SPACE_SIGN = '\u2581';
    private static final String UNKNOWN_SURFACE = " \u2047 ";

    /// Where decoding drops the space in front.
    enum Prefixes {
        AT_START,
        /// ChatGLM decodes what stands between two special tokens as a text of its own.
        AFTER_ADDED
    }

    @Override
    public Detokenizer open(Vocabulary vocabulary) {
        return new Decoding(vocabulary);
    }

    @Override
    public byte[] bytes(Vocabulary vocabulary, int id) {
        String token = vocabulary.token(id);
        return vocabulary.isAdded(id) ? token.getBytes(StandardCharsets.UTF_8) : TokenDecoder.piece(token);
    }

    private final class Decoding implements Detokenizer {
        private final Vocabulary vocabulary;
        private final Utf8Text bytes = new Utf8Text(Utf8Text.Malformed.ONE_A_BYTE);
        private boolean atStart = dropsPrefix;

        private Decoding(Vocabulary vocabulary) {
            this.vocabulary = vocabulary;
        }

        @Override
        public String append(int id) {
            String token = vocabulary.token(id);
            if (silent.get(id)) {
                return "";
            }
            if (vocabulary.isAdded(id)) {
                String text = bytes.finish() + token;
                atStart = prefixes == Prefixes.AFTER_ADDED && dropsPrefix;
                return text;
            }
            int unsignedByte = TokenDecoder.byteOf(token);
            if (unsignedByte >= 0) {
                atStart = false;
                bytes.append(unsignedByte);
                return bytes.take();
            }
            return bytes.finish() + piece(id, token);
        }

        private String piece(int id, String token) {
            if (id == unknown) {
                atStart = false;
                return UNKNOWN_SURFACE;
            }
            boolean drops = atStart && !token.isEmpty() && token.charAt(0) == SPACE_SIGN;
            atStart = atStart && token.isEmpty();
            return (drops ? token.substring(1) : token).replace(SPACE_SIGN, ' ');
        }

        @Override
        public String finish() {
            return bytes.finish();
        }
    }
}
