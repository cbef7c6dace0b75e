package dev.lilla.grammar;

/// `*`, `+`, `?` and `{m,n}` after something, as regular expressions and GBNF have them.
final class Quantifiers {
    private Quantifiers() {}

    /// Reads one if it is next.
    ///
    /// @return the repetition, or `body` itself
    static Expression read(SourceReader reader, Expression body) {
        if (reader.skip("*")) {
            return new Expression.Repeat(body, 0, Expression.UNBOUNDED);
        }
        if (reader.skip("+")) {
            return new Expression.Repeat(body, 1, Expression.UNBOUNDED);
        }
        if (reader.skip("?")) {
            return Expression.optional(body);
        }
        if (!reader.skip("{")) {
            return body;
        }
        int min = reader.startsWith(",") ? 0 : reader.number();
        int max = min;
        if (reader.skip(",")) {
            max = reader.startsWith("}") ? Expression.UNBOUNDED : reader.number();
        }
        reader.require("}");
        if (max < min) {
            throw reader.error("a repetition of at least " + min + " and at most " + max);
        }
        return new Expression.Repeat(body, min, max);
    }

    static boolean isNext(SourceReader reader) {
        int c = reader.peek();
        return c == '*' || c == '+' || c == '?' || c == '{';
    }
}
