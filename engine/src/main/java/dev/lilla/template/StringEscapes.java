package dev.lilla.template;

/// Python's escape sequences in string literals.
final class StringEscapes {
    private StringEscapes() {}

    /// The value of a literal without its quotes; an unknown escape keeps its backslash.
    static String unescape(String literal) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder value = new StringBuilder(literal.length());
        int at = 0;
        while (at < literal.length()) {
            char c = literal.charAt(at);
            if (c != '\\' || at + 1 == literal.length()) {
                value.append(c);
                at++;
            } else {
                at = escape(literal, at, value);
            }
        }
        return value.toString();
    }

    /// Appends what the escape at `at` stands for and returns the offset behind it.
    private static int escape(String literal, int at, StringBuilder value) {
        char kind = literal.charAt(at + 1);
        switch (kind) {
            case '\n' -> {}
            case '\\', '\'', '"' -> value.append(kind);
            case 'n' -> value.append('\n');
            case 't' -> value.append('\t');
            case 'r' -> value.append('\r');
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'a' -> value.append('\u0007');
            case 'v' -> value.append('\u000b');
            case 'x' -> {
                return hexadecimal(literal, at, 2, value);
            }
            case 'u' -> {
                return hexadecimal(literal, at, 4, value);
            }
            case 'U' -> {
                return hexadecimal(literal, at, 8, value);
            }
            case 'N' -> {
                return named(literal, at, value);
            }
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                return octal(literal, at, value);
            }
            default -> value.append('\\').append(kind);
        }
        return at + 2;
    }

    private static int hexadecimal(String literal, int at, int digits, StringBuilder value) {
        int end = at + 2 + digits;
        long codePoint = 0;
        for (int i = at + 2; i < end; i++) {
            int digit = i < literal.length() ? Character.digit(literal.charAt(i), 16) : -1;
            if (digit < 0) {
                throw new TemplateException("escape \\" + literal.charAt(at + 1) + " needs " + digits + " hex digits");
            }
            codePoint = codePoint * 16 + digit;
        }
        if (codePoint > Character.MAX_CODE_POINT) {
            throw new TemplateException("escape \\U" + Long.toHexString(codePoint) + " is beyond Unicode");
        }
        value.appendCodePoint((int) codePoint);
        return end;
    }

    private static int octal(String literal, int at, StringBuilder value) {
        int codePoint = 0;
        int end = at + 1;
        while (end < literal.length() && end < at + 4 && Character.digit(literal.charAt(end), 8) >= 0) {
            codePoint = codePoint * 8 + Character.digit(literal.charAt(end), 8);
            end++;
        }
        value.appendCodePoint(codePoint);
        return end;
    }

    private static int named(String literal, int at, StringBuilder value) {
        int close = literal.indexOf('}', at);
        if (at + 2 >= literal.length() || literal.charAt(at + 2) != '{' || close < 0) {
            throw new TemplateException("escape \\N needs a character name in braces");
        }
        String name = literal.substring(at + 3, close);
        try {
            value.appendCodePoint(Character.codePointOf(name));
        } catch (IllegalArgumentException e) {
            throw new TemplateException("escape \\N{" + name + "} names no character");
        }
        return close + 1;
    }
}
