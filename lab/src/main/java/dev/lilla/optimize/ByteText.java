package dev.lilla.optimize;

/// Bytes as GPT-2's byte-level BPE writes them: printable Latin-1 characters stand for themselves, the other 68 bytes
/// for U+0100 and on, in their order.
final class ByteText {
    private static final char[] CHARACTERS = characters();

    private static final String VALUES = new String(CHARACTERS);

    private ByteText() {}

    /// @param bytes a char a byte
    static String of(String bytes) {
        StringBuilder text = new StringBuilder(bytes.length());
        for (int i = 0; i < bytes.length(); i++) {
            text.append(CHARACTERS[bytes.charAt(i)]);
        }
        return text.toString();
    }

    /// The inverse of [#of]: a char a byte. Characters that stand for no byte are left out.
    static String bytes(String text) {
        StringBuilder bytes = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            int value = VALUES.indexOf(text.charAt(i));
            if (value >= 0) {
                bytes.append((char) value);
            }
        }
        return bytes.toString();
    }

    private static char[] characters() {
        char[] characters = new char[256];
        char next = 256;
        for (int value = 0; value < 256; value++) {
            boolean isPrintable = (value >= '!' && value <= '~') || (value >= 0xA1 && value != 0xAD);
            characters[value] = isPrintable ? (char) value : next++;
        }
        return characters;
    }
}
