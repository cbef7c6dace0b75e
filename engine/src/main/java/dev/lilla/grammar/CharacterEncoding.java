package dev.lilla.grammar;

import java.util.ArrayList;
import java.util.List;

/// How characters become bytes: each code point in exactly one way, so that sets of texts can be intersected.
enum CharacterEncoding {
    /// UTF-8 as it is.
    PLAIN {
        @Override
        Expression expression(CodePointSet set) {
            return utf8(set);
        }
    },
    /// Inside a JSON string: escapes where JSON demands them, the short ones where there are such.
    JSON {
        @Override
        Expression expression(CodePointSet set) {
            CodePointSet plain = set.copy().removeAll(ESCAPED);
            List<Expression> options = new ArrayList<>();
            if (!plain.isEmpty()) {
                options.add(utf8(plain));
            }
            ESCAPED.forEachRange((from, to) -> {
                for (int c = from; c <= to; c++) {
                    if (set.contains(c)) {
                        options.add(Expression.text(escape(c)));
                    }
                }
            });
            return new Expression.Choice(options);
        }
    };

    private static final CodePointSet ESCAPED =
            new CodePointSet().add(0, 0x1F).add('"', '"').add('\\', '\\');

    /// One character of a set.
    abstract Expression expression(CodePointSet set);

    /// A character that JSON demands to be escaped, the shortest way.
    static String escape(int c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\b' -> "\\b";
            case '\t' -> "\\t";
            case '\n' -> "\\n";
            case '\f' -> "\\f";
            case '\r' -> "\\r";
            default -> "\\u%04x".formatted(c);
        };
    }

    /// A text as a JSON string, quotes included.
    ///
    /// @throws GrammarException if it has half a surrogate pair
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                throw new GrammarException("the text " + escape(c) + " is half of a surrogate pair, which cannot be "
                        + "written in UTF-8");
            }
            if (ESCAPED.contains(c)) {
                quoted.append(escape(c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }

    static Expression utf8(CodePointSet set) {
        return new Utf8Network(set).expression();
    }
}
