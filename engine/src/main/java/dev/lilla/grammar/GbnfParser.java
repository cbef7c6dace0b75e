package dev.lilla.grammar;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads grammars in llama.cpp's notation: rules `name ::= …` of literals, sets of characters, `.`, names, groups,
/// alternatives and repetitions; a rule goes on in the next line within parentheses and after `|` and `::=`.
final class GbnfParser {
    private final SourceReader reader;
    private final Map<String, Expression> rules = new LinkedHashMap<>();
    /// Where each name was called first.
    private final Map<String, Integer> called = new LinkedHashMap<>();

    private GbnfParser(String source) {
        reader = new SourceReader("GBNF grammar", source);
    }

    static RuleSet rules(String source) {
        GbnfParser parser = new GbnfParser(source);
        parser.read();
        return new RuleSet("root", parser.rules);
    }

    private void read() {
        skipSpace(Lines.PASSED);
        while (!reader.atEnd()) {
            String name = name();
            skipSpace(Lines.KEPT);
            reader.require("::=");
            skipSpace(Lines.PASSED);
            Expression body = alternatives(Lines.KEPT);
            if (!reader.atEnd() && reader.peek() != '\n') {
                throw reader.error("expected the end of the line after a rule, found \""
                        + Character.toString(reader.peek()) + "\"");
            }
            if (rules.putIfAbsent(name, body) != null) {
                throw reader.error("a second rule \"" + name + "\"; put the alternatives in one, with |");
            }
            skipSpace(Lines.PASSED);
        }
        called.forEach((name, position) -> {
            if (!rules.containsKey(name)) {
                reader.position(position);
                throw reader.error("there is no rule \"" + name + "\"");
            }
        });
    }

    /// What an end of line means.
    private enum Lines {
        /// It ends the rule.
        KEPT,
        /// Nothing.
        PASSED
    }

    private void skipSpace(Lines lines) {
        while (!reader.atEnd()) {
            int c = reader.peek();
            if (c == '#') {
                while (!reader.atEnd() && reader.peek() != '\n') {
                    reader.take();
                }
            } else if (c == ' ' || c == '\t' || c == '\r' || (c == '\n' && lines == Lines.PASSED)) {
                reader.take();
            } else {
                return;
            }
        }
    }

    private static boolean isNamePart(int c) {
        return c == '-' || c == '_' || (c > 0 && c < 0x80 && Character.isLetterOrDigit(c));
    }

    private String name() {
        StringBuilder name = new StringBuilder();
        while (isNamePart(reader.peek())) {
            name.appendCodePoint(reader.take());
        }
        if (name.isEmpty()) {
            throw reader.error("expected the name of a rule");
        }
        return name.toString();
    }

    private Expression alternatives(Lines lines) {
        List<Expression> options = new ArrayList<>();
        options.add(sequence(lines));
        while (reader.skip("|")) {
            skipSpace(Lines.PASSED);
            options.add(sequence(lines));
        }
        return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
    }

    private Expression sequence(Lines lines) {
        List<Expression> parts = new ArrayList<>();
        while (true) {
            int position = reader.position();
            int c = reader.peek();
            Expression part;
            if (c == '"') {
                part = literal();
            } else if (c == '[') {
                part = set();
            } else if (c == '(') {
                part = group();
            } else if (c == '.') {
                reader.take();
                part = CharacterEncoding.PLAIN.expression(CodePointSet.all());
            } else if (isNamePart(c)) {
                String name = name();
                called.putIfAbsent(name, position);
                part = new Expression.Call(name);
            } else if (c == '<') {
                throw reader.error("tokens as such (<…>) are not supported; write their text");
            } else {
                break;
            }
            skipSpace(lines);
            if (Quantifiers.isNext(reader)) {
                part = Quantifiers.read(reader, part);
                skipSpace(lines);
            }
            if (Quantifiers.isNext(reader)) {
                throw reader.error("a repetition of a repetition; put the first one in parentheses");
            }
            parts.add(part);
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
    }

    private Expression group() {
        reader.enter();
        reader.require("(");
        skipSpace(Lines.PASSED);
        Expression inner = alternatives(Lines.PASSED);
        reader.require(")");
        reader.leave();
        return inner;
    }

    private Expression literal() {
        reader.require("\"");
        StringBuilder text = new StringBuilder();
        while (reader.peek() != '"') {
            text.appendCodePoint(character());
        }
        reader.require("\"");
        return Expression.text(text.toString());
    }

    private Expression set() {
        reader.require("[");
        boolean negated = reader.skip("^");
        CodePointSet set = new CodePointSet();
        while (reader.peek() != ']') {
            int from = character();
            int to = from;
            if (reader.peek() == '-' && reader.peek(1) != ']' && reader.peek(1) >= 0) {
                reader.require("-");
                to = character();
            }
            if (to < from) {
                throw reader.error("a range of characters that ends before it begins");
            }
            set.add(from, to);
        }
        reader.require("]");
        return CharacterEncoding.PLAIN.expression(negated ? set.complement() : set);
    }

    private int character() {
        int c = reader.take();
        if (c == '\\') {
            int escape = reader.take();
            c = switch (escape) {
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'x' -> reader.hex(2);
                case 'u' -> reader.hex(4);
                case 'U' -> reader.hex(8);
                case '\\', '"', '[', ']', '-', '^' -> escape;
                default -> throw reader.error("there is no escape \\" + Character.toString(escape));
            };
        }
        if (!Character.isValidCodePoint(c) || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw reader.error("no Unicode character has this number");
        }
        return c;
    }
}
