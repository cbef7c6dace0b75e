package dev.lilla.template;

/// Python's view of text: white space, and positions that count code points.
final class Characters {
    private Characters() {}

    /// Python's `str.isspace` of one character, also `\s` of its regular expressions.
    static boolean isSpace(int c) {
        return switch (c) {
            case '\t',
                    '\n',
                    0x0b,
                    0x0c,
                    '\r',
                    0x1c,
                    0x1d,
                    0x1e,
                    0x1f,
                    ' ',
                    0x85,
                    0xa0,
                    0x1680,
                    0x2028,
                    0x2029,
                    0x202f,
                    0x205f,
                    0x3000 -> true;
            default -> c >= 0x2000 && c <= 0x200a;
        };
    }

    static String strip(String text) {
        return stripStart(stripEnd(text));
    }

    static String stripStart(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return text.substring(start);
    }

    static String stripEnd(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    static boolean isLineBreak(int c) {
        return switch (c) {
            case '\n', '\r', 0x0b, 0x0c, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029 -> true;
            default -> false;
        };
    }

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /// The code points `[from, to)` of `text`, both within its length.
    static String slice(String text, int from, int to) {
        int start = text.offsetByCodePoints(0, from);
        return text.substring(start, text.offsetByCodePoints(start, to - from));
    }

    /// Python's `str.isprintable` of one character, which decides what `repr` escapes.
    static boolean isPrintable(int c) {
        return c == ' '
                || switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.SPACE_SEPARATOR -> false;
                    default -> true;
                };
    }

    /// Python's `str.title`: the first letter of every run of letters in title case, the others in lower case.
    static String title(String text) {
        StringBuilder titled = new StringBuilder(text.length());
        boolean inWord = false;
        int[] codePoints = text.codePoints().toArray();
        for (int c : codePoints) {
            titled.append(inWord ? lower(c) : titleCase(c));
            inWord = Character.isLetter(c)
                    && (Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c));
        }
        return titled.toString();
    }

    /// Python's `str.capitalize`.
    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.codePointAt(0);
        return titleCase(first) + text.substring(Character.charCount(first)).toLowerCase(java.util.Locale.ROOT);
    }

    private static String lower(int c) {
        return Character.toString(c).toLowerCase(java.util.Locale.ROOT);
    }

    private static String titleCase(int c) {
        if (c == 0xdf) {
            return "Ss";
        }
        return Character.toString(Character.toTitleCase(c));
    }
}
