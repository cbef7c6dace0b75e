package dev.lilla.grammar;

/// Reads a source by code points and says where an error lies.
final class SourceReader {
    private final String kind;
    private final String source;
    private int at;
    private int depth;

    /// @param kind what it is, for errors
    SourceReader(String kind, String source) {
        GrammarLimits.checkSource(kind, source);
        this.kind = kind;
        this.source = source;
    }

    boolean atEnd() {
        return at >= source.length();
    }

    int position() {
        return at;
    }

    void position(int position) {
        at = position;
    }

    /// The next code point, or -1 at the end.
    int peek() {
        return atEnd() ? -1 : source.codePointAt(at);
    }

    /// The character `ahead` after the next, or -1.
    int peek(int ahead) {
        return at + ahead < source.length() ? source.charAt(at + ahead) : -1;
    }

    boolean startsWith(String text) {
        return source.startsWith(text, at);
    }

    /// Passes a text if it is next.
    boolean skip(String text) {
        boolean there = startsWith(text);
        at += there ? text.length() : 0;
        return there;
    }

    void require(String text) {
        if (!skip(text)) {
            throw error("expected \"" + text + "\", found " + found());
        }
    }

    /// Takes the next code point.
    int take() {
        if (atEnd()) {
            throw error("it ends too early");
        }
        int c = source.codePointAt(at);
        at += Character.charCount(c);
        return c;
    }

    /// Takes a decimal number.
    int number() {
        int from = at;
        long value = 0;
        while (peek() >= '0' && peek() <= '9') {
            value = Math.min(10 * value + take() - '0', Integer.MAX_VALUE);
        }
        if (at == from) {
            throw error("expected a number, found " + found());
        }
        if (value > GrammarLimits.NFA_STATES_MAX) {
            throw error("a repetition of " + source.substring(from, at) + " is too large, expected at most "
                    + GrammarLimits.NFA_STATES_MAX);
        }
        return (int) value;
    }

    /// Takes hexadecimal digits.
    int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = peek() < 0x80 ? Character.digit(peek(), 16) : -1;
            if (digit < 0) {
                throw error("expected " + digits + " hexadecimal digits, found " + found());
            }
            value = (value << 4) | digit;
            take();
        }
        return value;
    }

    /// Enters a group.
    void enter() {
        if (++depth > GrammarLimits.DEPTH_MAX) {
            throw error("groups are nested more than " + GrammarLimits.DEPTH_MAX + " deep");
        }
    }

    void leave() {
        depth--;
    }

    private String found() {
        return atEnd() ? "the end" : "\"" + Character.toString(peek()) + "\"";
    }

    GrammarException error(String what) {
        int line =
                1 + (int) source.substring(0, at).chars().filter(c -> c == '\n').count();
        int column = at - source.lastIndexOf('\n', at - 1);
        String where = source.indexOf('\n') < 0 ? "character " + (at + 1) : "line " + line + ", column " + column;
        return new GrammarException(kind + ", " + where + ": " + what);
    }
}
