package dev.lilla.tokenizer;

import java.nio.charset.StandardCharsets;

/// Turns tokens back into text.
sealed interface TokenDecoder permits ByteLevelDecoder, SentencePieceDecoder, DecoderChain {
    /// A decoder for one text.
    Detokenizer open(Vocabulary vocabulary);

    /// The bytes a token stands for inside a text.
    byte[] bytes(Vocabulary vocabulary, int id);

    /// The byte that a token `<0xXX>` stands for, or -1 for another token.
    static int byteOf(String token) {
        if (token.length() != 6 || !token.startsWith("<0x") || token.charAt(5) != '>') {
            return -1;
        }
        int high = Character.digit(token.charAt(3), 16);
        int low = Character.digit(token.charAt(4), 16);
        return token.charAt(3) < 0x80 && token.charAt(4) < 0x80 && high >= 0 && low >= 0 ? (high << 4) | low : -1;
    }

    /// The bytes of a token that writes spaces as `▁` and may be `<0xXX>`.
    static byte[] piece(String token) {
        int b = byteOf(token);
        return b >= 0 ? new byte[] {(byte) b} : token.replace('\u2581', ' ').getBytes(StandardCharsets.UTF_8);
    }
}
