package dev.lilla.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads regular expressions in ECMA-262's notation, as far as they are regular: no back references, no looking ahead
/// or behind, no word boundaries. `^` and `$` stand where an alternative of the whole begins and ends.
final class RegexParser {
    /// What part of a text a pattern is about.
    enum Scope {
        /// All of it.
        WHOLE,
        /// Any part, unless `^` or `$` says otherwise: the patterns of JSON Schema.
        ANYWHERE
    }

    private static final Map<Integer, Integer> CONTROLS =
            Map.of((int) 't', 0x09, (int) 'n', 0x0A, (int) 'v', 0x0B, (int) 'f', 0x0C, (int) 'r', 0x0D, (int) '0', 0);

    private final SourceReader reader;
    private final CharacterEncoding encoding;

    private RegexParser(SourceReader reader, CharacterEncoding encoding) {
        this.reader = reader;
        this.encoding = encoding;
    }

    static RuleSet rules(String pattern) {
        return new RuleSet(
                "root", Map.of("root", parse("regular expression", pattern, CharacterEncoding.PLAIN, Scope.WHOLE)));
    }

    /// @param kind what it is, for errors
    static Expression parse(String kind, String pattern, CharacterEncoding encoding, Scope scope) {
        RegexParser parser = new RegexParser(new SourceReader(kind, pattern), encoding);
        Expression whole = parser.whole(scope);
        if (!parser.reader.atEnd()) {
            throw parser.reader.error("a \")\" that closes nothing; write \\) for the character");
        }
        return whole;
    }

    private Expression whole(Scope scope) {
        Expression anything = new Expression.Repeat(encoding.expression(CodePointSet.all()), 0, Expression.UNBOUNDED);
        List<Expression> options = new ArrayList<>();
        do {
            boolean fromStart = false;
            while (reader.skip("^")) {
                fromStart = true;
            }
            Expression part = sequence();
            boolean toEnd = false;
            while (reader.skip("$")) {
                toEnd = true;
            }
            if (toEnd && !isAlternativeEnd()) {
                throw reader.error("\"$\" in the middle of a pattern; write \\$ for the character");
            }
            boolean isWhole = scope == Scope.WHOLE;
            options.add(Expression.sequence(
                    fromStart || isWhole ? Expression.EMPTY : anything,
                    part,
                    toEnd || isWhole ? Expression.EMPTY : anything));
        } while (reader.skip("|"));
        return new Expression.Choice(options);
    }

    private boolean isAlternativeEnd() {
        return reader.atEnd() || reader.peek() == '|' || reader.peek() == ')';
    }

    private Expression alternatives() {
        List<Expression> options = new ArrayList<>();
        do {
            options.add(sequence());
        } while (reader.skip("|"));
        return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
    }

    private Expression sequence() {
        List<Expression> parts = new ArrayList<>();
        while (!isAlternativeEnd() && reader.peek() != '$') {
            Expression part = Quantifiers.read(reader, atom());
            // What is preferred makes no difference to what matches as a whole.
            boolean isRepeated = part instanceof Expression.Repeat;
            if (isRepeated && !reader.skip("?") && Quantifiers.isNext(reader)) {
                throw reader.error("a repetition of a repetition; put the first one in parentheses");
            }
            parts.add(part);
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
    }

    private Expression atom() {
        if (Quantifiers.isNext(reader)) {
            throw reader.error("nothing to repeat before \"" + Character.toString(reader.peek())
                    + "\"; write a backslash before it for the character");
        }
        int c = reader.take();
        return switch (c) {
            case '(' -> group();
            case '[' -> encoding.expression(set());
            case '.' -> encoding.expression(CharacterSets.dot());
            case '^' -> throw reader.error("\"^\" in the middle of a pattern; write \\^ for the character");
            case '\\' -> encoding.expression(escape());
            default -> encoding.expression(scalar(c));
        };
    }

    private CodePointSet scalar(int c) {
        if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
            throw reader.error("half of a surrogate pair");
        }
        return CodePointSet.of(c);
    }

    private Expression group() {
        reader.enter();
        if (reader.skip("?")) {
            if (reader.skip("<") && reader.peek() != '=' && reader.peek() != '!') {
                while (reader.take() != '>') {
                    // The name of a group means nothing here.
                }
            } else if (!reader.skip(":")) {
                throw reader.error("looking ahead or behind, and flags, are not supported");
            }
        }
        Expression inner = alternatives();
        if (reader.peek() == '$') {
            throw reader.error("\"$\" within a group is not supported; put it at the end of the pattern");
        }
        reader.require(")");
        reader.leave();
        // A group of its own, so that a repetition within is none of it.
        return Expression.sequence(Expression.EMPTY, inner);
    }

    /// After a backslash.
    private CodePointSet escape() {
        int c = reader.take();
        Optional<CodePointSet> named = CharacterSets.ofEscape(c);
        if (named.isPresent()) {
            return named.get();
        }
        Integer control = CONTROLS.get(c);
        if (control != null) {
            return CodePointSet.of(control);
        }
        return switch (c) {
            case 'x' -> CodePointSet.of(reader.hex(2));
            case 'u' -> CodePointSet.of(unicode());
            case 'p' -> category();
            case 'P' -> category().complement();
            default -> {
                if (c < 0x80 && Character.isLetterOrDigit(c)) {
                    throw reader.error("the escape \\" + Character.toString(c) + " is not supported");
                }
                yield scalar(c);
            }
        };
    }

    private int unicode() {
        int c;
        if (reader.skip("{")) {
            int digits = 0;
            while (reader.peek(digits) >= 0 && reader.peek(digits) != '}') {
                digits++;
            }
            c = digits >= 1 && digits <= 6 ? reader.hex(digits) : -1;
            reader.require("}");
        } else {
            c = reader.hex(4);
            if (Character.isHighSurrogate((char) c) && reader.skip("\\u")) {
                c = Character.toCodePoint((char) c, (char) reader.hex(4));
            }
        }
        if (!Character.isValidCodePoint(c) || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw reader.error("no Unicode character has this number");
        }
        return c;
    }

    private CodePointSet category() {
        reader.require("{");
        StringBuilder name = new StringBuilder();
        while (reader.peek() != '}') {
            name.appendCodePoint(reader.take());
        }
        reader.require("}");
        return CharacterSets.category(name.toString())
                .orElseThrow(() -> reader.error(
                        "no general category \"" + name + "\"; scripts and other properties are not supported"))
                .copy();
    }

    /// After `[`.
    private CodePointSet set() {
        CodePointSet set = new CodePointSet();
        boolean negated = reader.skip("^");
        while (!reader.skip("]")) {
            int from = member(set);
            if (from >= 0 && reader.peek() == '-' && reader.peek(1) != ']' && reader.peek(1) >= 0) {
                reader.require("-");
                int to = member(set);
                if (to < from) {
                    throw reader.error("a range of characters that ends before it begins");
                }
                set.add(from, to);
            } else if (from >= 0) {
                set.add(from, from);
            }
        }
        return negated ? set.complement() : set;
    }

    /// @return a character, or -1 if it was a class, which is in the set now
    private int member(CodePointSet set) {
        int c = reader.take();
        if (c != '\\') {
            scalar(c);
            return c;
        }
        if (reader.skip("b")) {
            return '\b';
        }
        CodePointSet escaped = escape();
        int[] single = {-1, 0};
        escaped.forEachRange((from, to) -> {
            single[0] = from;
            single[1] += to - from + 1;
        });
        if (single[1] == 1) {
            return single[0];
        }
        set.addAll(escaped);
        return -1;
    }
}
