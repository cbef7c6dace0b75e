package dev.lilla.template;

import dev.lilla.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Cuts a template into tokens, as Jinja does with `trim_blocks` and `lstrip_blocks` set: the newline after a block
/// tag goes, and so does white space before a block tag that begins its line. `-` and `+` beside a delimiter strip
/// more or keep all. Newlines become `\n`, and one at the very end is dropped.
final class Lexer {
    /// Templates in model repositories stay below 64 Ki characters.
    static final int TEMPLATE_CHARACTERS_MAX = 1 << 20;

    private static final List<String> OPERATORS = List.of(
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
            "=", ".", ":", "|", ",", ";");

    private final String source;
    private final SourcePlaces places;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private boolean lineStarts = true;

    private Lexer(String source) {
        this.source = source;
        this.places = new SourcePlaces(source);
    }

    /// The tokens of `template`, closed by [Kind#END].
    static List<Token> tokens(String template) {
        if (template.length() > TEMPLATE_CHARACTERS_MAX) {
            throw new TemplateException("the chat template has " + template.length() + " characters, at most "
                    + TEMPLATE_CHARACTERS_MAX + " are read");
        }
        String unix = template.replace("\r\n", "\n").replace('\r', '\n');
        Lexer lexer = new Lexer(unix.endsWith("\n") ? unix.substring(0, unix.length() - 1) : unix);
        lexer.readAll();
        return lexer.tokens;
    }

    private void readAll() {
        while (position < source.length()) {
            int begin = nextDelimiter(position);
            if (begin < 0) {
                add(Kind.DATA, source.substring(position), position);
                position = source.length();
            } else {
                readTag(begin);
            }
        }
        add(Kind.END, "", source.length());
    }

    private int nextDelimiter(int from) {
        for (int i = source.indexOf('{', from); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            char next = source.charAt(i + 1);
            if (next == '{' || next == '%' || next == '#') {
                return i;
            }
        }
        return -1;
    }

    private void readTag(int begin) {
        char kind = source.charAt(begin + 1);
        int afterSign = skipSign(begin + 2);
        char sign = afterSign > begin + 2 ? source.charAt(begin + 2) : ' ';
        addText(position, begin, kind == '{' ? (sign == '-' ? '-' : '+') : sign);
        position = afterSign;
        lineStarts = false;
        switch (kind) {
            case '#' -> skipComment(begin);
            case '{' -> {
                add(Kind.VARIABLE_BEGIN, "{{", begin);
                readCode(Kind.VARIABLE_END, begin);
            }
            default -> {
                int rawBody = afterRawTag(afterSign);
                if (rawBody >= 0) {
                    readRaw(begin, rawBody);
                } else {
                    add(Kind.BLOCK_BEGIN, "{%", begin);
                    readCode(Kind.BLOCK_END, begin);
                }
            }
        }
    }

    /// Adds the text before a tag; `sign` is '-' to strip it all, '+' to keep it, ' ' for lstrip_blocks.
    private void addText(int from, int to, char sign) {
        String text = source.substring(from, to);
        if (sign == '-') {
            text = Characters.stripEnd(text);
        } else if (sign == ' ') {
            int lineStart = text.lastIndexOf('\n') + 1;
            if ((lineStart > 0 || lineStarts)
                    && text.substring(lineStart).codePoints().allMatch(Characters::isSpace)) {
                text = text.substring(0, lineStart);
            }
        }
        if (!text.isEmpty()) {
            add(Kind.DATA, text, from);
        }
    }

    private void skipComment(int begin) {
        int end = source.indexOf("#}", position);
        if (end < 0) {
            throw error("comment is not closed; expected '#}'", begin);
        }
        endTag(end > position ? source.charAt(end - 1) : ' ', end + 2);
    }

    /// Moves behind a tag that ends at `end`, dropping what its closing sign or trim_blocks drops.
    private void endTag(char sign, int end) {
        position = end;
        if (sign == '-') {
            position = skipSpace(end);
        } else if (sign != '+' && startsWith("\n", end)) {
            position = end + 1;
        }
        lineStarts = position > 0 && source.charAt(position - 1) == '\n';
    }

    /// The offset behind `raw %}` when that is what stands at `from`, else -1.
    private int afterRawTag(int from) {
        int name = skipSpace(from);
        if (!startsWith("raw", name)) {
            return -1;
        }
        int end = skipSpace(name + 3);
        if (startsWith("-%}", end)) {
            return skipSpace(end + 3);
        }
        return startsWith("%}", end) ? end + 2 : -1;
    }

    private void readRaw(int begin, int body) {
        lineStarts = source.charAt(body - 1) == '\n';
        for (int tag = source.indexOf("{%", body); tag >= 0; tag = source.indexOf("{%", tag + 1)) {
            int afterSign = skipSign(tag + 2);
            int name = skipSpace(afterSign);
            if (!startsWith("endraw", name)) {
                continue;
            }
            int end = skipSpace(name + 6);
            boolean signed = startsWith("-%}", end) || startsWith("+%}", end);
            if (signed || startsWith("%}", end)) {
                addText(body, tag, afterSign > tag + 2 ? source.charAt(tag + 2) : ' ');
                endTag(source.charAt(end), end + (signed ? 3 : 2));
                return;
            }
        }
        throw error("raw block is not closed; expected '{% endraw %}'", begin);
    }

    private void readCode(Kind end, int begin) {
        Deque<Character> open = new ArrayDeque<>();
        while (position < source.length()) {
            if (open.isEmpty() && closes(end)) {
                return;
            }
            int start = position;
            int codePoint = source.codePointAt(start);
            if (Characters.isSpace(codePoint)) {
                position = skipSpace(start);
            } else if (codePoint >= '0' && codePoint <= '9') {
                readNumber();
            } else if (codePoint == '_' || Character.isUnicodeIdentifierStart(codePoint)) {
                position = identifierEnd(start);
                add(Kind.NAME, source.substring(start, position), start);
            } else if (codePoint == '"' || codePoint == '\'') {
                readString((char) codePoint);
            } else {
                readOperator(open);
            }
        }
        throw error("tag is not closed; expected '" + end.description() + "'", begin);
    }

    private boolean closes(Kind end) {
        String delimiter = end.description();
        int at = position;
        char sign = source.charAt(at);
        boolean signed = (sign == '-' || (sign == '+' && end == Kind.BLOCK_END)) && startsWith(delimiter, at + 1);
        if (!signed && !startsWith(delimiter, at)) {
            return false;
        }
        add(end, delimiter, at);
        if (end == Kind.BLOCK_END || sign == '-') {
            endTag(sign, at + (signed ? 3 : 2));
        } else {
            position = at + 2;
            lineStarts = false;
        }
        return true;
    }

    private void readNumber() {
        int start = position;
        char marker = start + 1 < source.length() ? Character.toLowerCase(source.charAt(start + 1)) : ' ';
        int radix = source.charAt(start) != '0' ? 10 : marker == 'x' ? 16 : marker == 'o' ? 8 : marker == 'b' ? 2 : 10;
        if (radix != 10 && digitsEnd(start + 2, radix) > start + 2) {
            position = digitsEnd(start + 2, radix);
            String digits = source.substring(start + 2, position).replace("_", "");
            add(Kind.INTEGER, new java.math.BigInteger(digits, radix).toString(), start);
            return;
        }
        int end = digitsEnd(start, 10);
        boolean real = false;
        boolean afterDot = start > 0 && source.charAt(start - 1) == '.';
        if (!afterDot && startsWith(".", end) && digitsEnd(end + 1, 10) > end + 1) {
            end = digitsEnd(end + 1, 10);
            real = true;
        }
        if (!afterDot && (startsWith("e", end) || startsWith("E", end))) {
            int exponent = startsWith("+", end + 1) || startsWith("-", end + 1) ? end + 2 : end + 1;
            if (digitsEnd(exponent, 10) > exponent) {
                end = digitsEnd(exponent, 10);
                real = true;
            }
        }
        if (!real && source.charAt(start) == '0') {
            // An integer that begins with zero is zero; other digits begin the next token.
            end = start;
            while (end < source.length()
                    && (source.charAt(end) == '0' || (end > start && source.startsWith("_0", end)))) {
                end++;
            }
        }
        position = end;
        add(real ? Kind.REAL : Kind.INTEGER, source.substring(start, end).replace("_", ""), start);
    }

    /// The end of digits that may be joined by single underscores.
    private int digitsEnd(int from, int radix) {
        int end = from;
        while (end < source.length()) {
            if (Character.digit(source.charAt(end), radix) >= 0 && source.charAt(end) < 128) {
                end++;
            } else if (source.charAt(end) == '_'
                    && end > from
                    && end + 1 < source.length()
                    && Character.digit(source.charAt(end + 1), radix) >= 0) {
                end++;
            } else {
                break;
            }
        }
        return end;
    }

    private void readString(char quote) {
        int start = position;
        int end = start + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw error("string is not closed; expected " + quote, start);
        }
        position = end + 1;
        try {
            add(Kind.STRING, StringEscapes.unescape(source.substring(start + 1, end)), start);
        } catch (TemplateException e) {
            throw error(e.problem(), start);
        }
    }

    private void readOperator(Deque<Character> open) {
        int start = position;
        String operator = OPERATORS.stream()
                .filter(candidate -> startsWith(candidate, start))
                .findFirst()
                .orElseThrow(() ->
                        error("unexpected character '" + Character.toString(source.codePointAt(start)) + "'", start));
        char first = operator.charAt(0);
        switch (first) {
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '{' -> open.push('}');
            case ')', ']', '}' -> {
                if (open.isEmpty()) {
                    throw error("unexpected '" + first + "'", start);
                }
                char expected = open.pop();
                if (expected != first) {
                    throw error("unexpected '" + first + "', expected '" + expected + "'", start);
                }
            }
            default -> {}
        }
        position = start + operator.length();
        add(Kind.OPERATOR, operator, start);
    }

    private int identifierEnd(int from) {
        int end = from;
        while (end < source.length() && Character.isUnicodeIdentifierPart(source.codePointAt(end))) {
            end += Character.charCount(source.codePointAt(end));
        }
        return end;
    }

    private int skipSign(int at) {
        return startsWith("-", at) || startsWith("+", at) ? at + 1 : at;
    }

    private int skipSpace(int from) {
        int end = from;
        while (end < source.length() && Characters.isSpace(source.charAt(end))) {
            end++;
        }
        return end;
    }

    private boolean startsWith(String text, int at) {
        return source.startsWith(text, at);
    }

    private void add(Kind kind, String text, int at) {
        tokens.add(new Token(kind, text, places.line(at), places.column(at)));
    }

    private TemplateException error(String problem, int at) {
        return new TemplateException("column " + places.column(at) + ": " + problem, places.line(at));
    }
}
