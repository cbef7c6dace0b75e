package dev.lilla.template;

import dev.lilla.template.Expression.CallArguments;
import dev.lilla.template.Expression.NamedCall;
import dev.lilla.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Parses filters (`|name(arguments)`) and tests (`is name argument`), and says which are not known.
final class FilterParser {
    private final TokenStream tokens;
    private final OperandParser operands;
    private boolean lenient;

    FilterParser(TokenStream tokens, OperandParser operands) {
        this.tokens = tokens;
        this.operands = operands;
    }

    /// Whether an unknown filter or test is reported only when it is reached, as inside `if`; returns the old value.
    boolean lenient(boolean value) {
        boolean before = lenient;
        lenient = value;
        return before;
    }

    /// What follows an operand and its postfixes: `|filter`, `is test` and calls of their results.
    Expression filtersAndTests(Expression start) {
        Expression node = start;
        while (true) {
            Token token = tokens.current();
            if (token.isOperator("|")) {
                tokens.next();
                NamedCall filter = filter();
                node = new Expression.Filtered(node, filter, filter.line());
            } else if (token.isName("is")) {
                tokens.next();
                node = test(node);
            } else if (token.isOperator("(")) {
                node = new Expression.Call(node, operands.callArguments(), token.line());
            } else {
                return node;
            }
        }
    }

    /// The filters of `filter` and `set` blocks: one or more, joined by `|`.
    List<NamedCall> chain() {
        List<NamedCall> filters = new ArrayList<>();
        do {
            filters.add(filter());
        } while (tokens.skipOperator("|"));
        return List.copyOf(filters);
    }

    private NamedCall filter() {
        Token token = tokens.current();
        String name = dottedName();
        if (!lenient && !Filters.exists(name)) {
            throw new TemplateException("column " + token.column() + ": no filter named '" + name + "'", token.line());
        }
        CallArguments arguments = tokens.current().isOperator("(") ? operands.callArguments() : CallArguments.NONE;
        return new NamedCall(name, arguments, token.line());
    }

    private Expression test(Expression input) {
        Token token = tokens.current();
        boolean negated = tokens.skipName("not");
        String name = dottedName();
        if (!lenient && !Tests.exists(name)) {
            throw new TemplateException("column " + token.column() + ": no test named '" + name + "'", token.line());
        }
        Expression tested =
                new Expression.Tested(input, new NamedCall(name, testArguments(), token.line()), token.line());
        return negated ? new Expression.Not(tested, token.line()) : tested;
    }

    private CallArguments testArguments() {
        Token token = tokens.current();
        if (token.isOperator("(")) {
            return operands.callArguments();
        }
        boolean takesOne = switch (token.kind()) {
            case NAME -> !Set.of("else", "or", "and").contains(token.text());
            case STRING, INTEGER, REAL -> true;
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> false;
        };
        if (!takesOne) {
            return CallArguments.NONE;
        }
        if (token.isName("is")) {
            throw tokens.error("tests with 'is' cannot be chained");
        }
        return new CallArguments(List.of(operands.postfix(operands.primary())), List.of(), null, null);
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(tokens.expect(Kind.NAME).text());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expect(Kind.NAME).text());
        }
        return name.toString();
    }
}
