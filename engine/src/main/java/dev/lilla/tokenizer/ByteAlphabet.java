package dev.lilla.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The printable characters that byte-level vocabularies write bytes as: printable Latin-1 stands for itself, the
/// other 68 bytes are U+0100 onward in order (space is `Ġ`, newline `Ċ`). Source: GPT-2, `bytes_to_unicode`.
public final class ByteAlphabet {
    private static final char[] CHARACTERS = new char[256];
    private static final int[] BYTES = new int[0x144];

    static {
        Arrays.fill(BYTES, -1);
        int next = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            CHARACTERS[b] = (char) (printable ? b : next++);
            BYTES[CHARACTERS[b]] = b;
        }
    }

    private ByteAlphabet() {}

    static char character(int unsignedByte) {
        return CHARACTERS[unsignedByte];
    }

    /// The byte a character stands for, or -1.
    static int toByte(char character) {
        return character < BYTES.length ? BYTES[character] : -1;
    }

    public static String write(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            text.append(CHARACTERS[b & 0xFF]);
        }
        return text.toString();
    }

    /// The bytes a token stands for; of a token with other characters (an added token), its UTF-8.
    public static byte[] read(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            int b = toByte(token.charAt(i));
            if (b < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) b;
        }
        return bytes;
    }
}
