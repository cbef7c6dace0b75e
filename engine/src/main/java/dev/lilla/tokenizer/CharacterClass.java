package dev.lilla.tokenizer;

/// The Unicode classes that pre-tokenizers ask for, from a table for the basic plane.
///
/// White space is the Unicode property White_Space, which `\s` means in the Rust and Python regular expressions the
/// tokenizers come from; Java's own `\s` and `Character.isWhitespace` differ from it.
final class CharacterClass {
    static final int LETTER = 1;
    static final int NUMBER = 2;
    static final int SPACE = 4;
    static final int PUNCTUATION = 8;
    static final int NEWLINE = 16;
    static final int MARK = 32;
    /// Lu and Lt.
    static final int CAPITAL = 64;
    /// Ll.
    static final int SMALL = 128;

    private static final byte[] BASIC = new byte[0x10000];

    static {
        for (int c = 0; c < BASIC.length; c++) {
            BASIC[c] = (byte) compute(c);
        }
    }

    private CharacterClass() {}

    static int of(int codePoint) {
        return codePoint < BASIC.length ? BASIC[codePoint] & 0xFF : compute(codePoint);
    }

    static boolean is(int codePoint, int classes) {
        return (of(codePoint) & classes) != 0;
    }

    /// P* of Unicode, and the ASCII symbols ``$+<=>^`|~``: what Hugging Face tokenizers calls punctuation.
    static boolean isPunctuation(int codePoint) {
        return is(codePoint, PUNCTUATION)
                || (codePoint < 0x80 && codePoint > ' ' && codePoint != 0x7F && !is(codePoint, LETTER | NUMBER));
    }

    /// Letters, marks, decimal digits, connectors: `\w`.
    static boolean isWord(int codePoint) {
        return is(codePoint, LETTER | MARK)
                || codePoint == 0x200C
                || codePoint == 0x200D
                || Character.isAlphabetic(codePoint)
                || switch (Character.getType(codePoint)) {
                    case Character.DECIMAL_DIGIT_NUMBER, Character.CONNECTOR_PUNCTUATION -> true;
                    default -> false;
                };
    }

    private static int compute(int c) {
        int space = isSpace(c) ? SPACE : 0;
        int newline = c == '\n' || c == '\r' ? NEWLINE : 0;
        return space
                | newline
                | switch (Character.getType(c)) {
                    case Character.UPPERCASE_LETTER, Character.TITLECASE_LETTER -> LETTER | CAPITAL;
                    case Character.LOWERCASE_LETTER -> LETTER | SMALL;
                    case Character.MODIFIER_LETTER, Character.OTHER_LETTER -> LETTER;
                    case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
                    case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> MARK;
                    case Character.CONNECTOR_PUNCTUATION,
                            Character.DASH_PUNCTUATION,
                            Character.START_PUNCTUATION,
                            Character.END_PUNCTUATION,
                            Character.INITIAL_QUOTE_PUNCTUATION,
                            Character.FINAL_QUOTE_PUNCTUATION,
                            Character.OTHER_PUNCTUATION -> PUNCTUATION;
                    default -> 0;
                };
    }

    private static boolean isSpace(int c) {
        return (c >= 9 && c <= 13)
                || c == ' '
                || c == 0x85
                || c == 0xA0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }
}
