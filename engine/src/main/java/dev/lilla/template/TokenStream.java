package dev.lilla.template;

import dev.lilla.template.Token.Kind;
import java.util.List;

/// The tokens of a template and the place the parser has reached.
final class TokenStream {
    /// How deep expressions and statements may stand inside each other.
    static final int NESTING_MAX = 100;

    private final List<Token> tokens;
    private int position;
    private int nesting;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(position);
    }

    Token following() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = current();
        if (token.kind() != Kind.END) {
            position++;
        }
        return token;
    }

    boolean skipName(String name) {
        boolean found = current().isName(name);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipOperator(String operator) {
        boolean found = current().isOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    Token expect(Kind kind) {
        if (current().kind() != kind) {
            throw unexpected(kind.description());
        }
        return next();
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    /// Counts one more level of nesting; [#leave] ends it.
    void enter() {
        if (++nesting > NESTING_MAX) {
            throw error("is nested more than " + NESTING_MAX + " levels deep");
        }
    }

    void leave() {
        nesting--;
    }

    TemplateException unexpected(String expected) {
        return error("unexpected " + current().shown() + ", expected " + expected);
    }

    TemplateException error(String problem) {
        return new TemplateException(
                "column " + current().column() + ": " + problem, current().line());
    }
}
