package dev.lilla.grammar;

import dev.lilla.grammar.Expression.Bytes;
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
        List<Expression> options = new ArrayList<>();
        set.forEachRange((from, to) -> split(from, to, options));
        return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
    }

    /// Cuts a range into such whose bytes are ranges place by place: as Russ Cox describes it for RE2.
    private static void split(int from, int to, List<Expression> out) {
        for (int last : new int[] {0x7F, 0x7FF, 0xFFFF}) {
            if (from <= last && to > last) {
                split(from, last, out);
                split(last + 1, to, out);
                return;
            }
        }
        for (int shift = 6; to > 0x7F && shift < 24; shift += 6) {
            int low = (1 << shift) - 1;
            if ((from & ~low) != (to & ~low)) {
                if ((from & low) != 0) {
                    split(from, from | low, out);
                    split((from | low) + 1, to, out);
                    return;
                }
                if ((to & low) != low) {
                    split(from, (to & ~low) - 1, out);
                    split(to & ~low, to, out);
                    return;
                }
            }
        }
        out.add(bytes(from, to));
    }

    private static Expression bytes(int from, int to) {
        if (to <= 0x7F) {
            return new Bytes(from, to);
        }
        int following = to <= 0x7FF ? 1 : to <= 0xFFFF ? 2 : 3;
        int lead = (0xFF00 >> (following + 1)) & 0xFF;
        List<Expression> parts = new ArrayList<>();
        parts.add(new Bytes(lead | (from >> (6 * following)), lead | (to >> (6 * following))));
        for (int left = following - 1; left >= 0; left--) {
            parts.add(new Bytes(0x80 | ((from >> (6 * left)) & 0x3F), 0x80 | ((to >> (6 * left)) & 0x3F)));
        }
        return new Expression.Sequence(parts);
    }
}
