package dev.lilla.serve.text;

import dev.lilla.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// The text of a single token, which may be part of a code point.
public final class TokenText {
    private TokenText() {}

    /// The token as text, or as OpenAI writes bytes that are none: `bytes:\xe2\x82`.
    public static String of(Tokenizer tokenizer, int token) {
        byte[] bytes = tokenizer.bytes(token);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return "bytes:" + HexFormat.of().withPrefix("\\x").formatHex(bytes);
        }
    }

    /// Its bytes, from 0 to 255.
    public static int[] bytes(Tokenizer tokenizer, int token) {
        byte[] bytes = tokenizer.bytes(token);
        int[] values = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            values[i] = Byte.toUnsignedInt(bytes[i]);
        }
        return values;
    }
}
