package dev.lilla.template;

import dev.lilla.template.Expression.CallArguments;
import dev.lilla.template.Expression.NamedArgument;
import dev.lilla.template.Expression.Pair;
import dev.lilla.template.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Parses what operators work on: literals, names, lists, dicts, and what is reached or called from them.
final class OperandParser {
    private static final int INTEGER_DIGITS_MAX = 4300;

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final Consumer<String> namesRead;

    OperandParser(TokenStream tokens, ExpressionParser expressions, Consumer<String> namesRead) {
        this.tokens = tokens;
        this.expressions = expressions;
        this.namesRead = namesRead;
    }

    /// A literal, a name, or what stands in brackets.
    Expression primary() {
        Token token = tokens.current();
        return switch (token.kind()) {
            case NAME -> name(tokens.next());
            case STRING -> {
                StringBuilder text = new StringBuilder();
                while (tokens.current().kind() == Kind.STRING) {
                    text.append(tokens.next().text());
                }
                yield new Expression.Literal(new Value.Text(text.toString()), token.line());
            }
            case INTEGER -> {
                if (token.text().length() > INTEGER_DIGITS_MAX) {
                    throw tokens.error("integer has more than " + INTEGER_DIGITS_MAX + " digits");
                }
                tokens.next();
                yield new Expression.Literal(new Value.Int(new BigInteger(token.text())), token.line());
            }
            case REAL -> {
                tokens.next();
                yield new Expression.Literal(new Value.Real(Double.parseDouble(token.text())), token.line());
            }
            case OPERATOR -> enclosed(token);
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END ->
                throw tokens.unexpected("an expression");
        };
    }

    private Expression name(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expression.Literal(Value.Bool.TRUE, token.line());
            case "false", "False" -> new Expression.Literal(Value.Bool.FALSE, token.line());
            case "none", "None" -> new Expression.Literal(Value.None.NONE, token.line());
            default -> {
                namesRead.accept(token.text());
                yield new Expression.Name(token.text(), token.line());
            }
        };
    }

    private Expression enclosed(Token token) {
        return switch (token.text()) {
            case "(" -> {
                tokens.next();
                Expression inner = expressions.parenthesized();
                tokens.expectOperator(")");
                yield inner;
            }
            case "[" -> {
                tokens.next();
                List<Expression> items = new ArrayList<>();
                while (!tokens.current().isOperator("]")) {
                    items.add(expressions.expression());
                    if (!tokens.skipOperator(",")) {
                        break;
                    }
                }
                tokens.expectOperator("]");
                yield new Expression.ListLiteral(List.copyOf(items), token.line());
            }
            case "{" -> {
                tokens.next();
                yield dict(token.line());
            }
            default -> throw tokens.unexpected("an expression");
        };
    }

    private Expression dict(int line) {
        List<Pair> pairs = new ArrayList<>();
        while (!tokens.current().isOperator("}")) {
            Expression key = expressions.expression();
            tokens.expectOperator(":");
            pairs.add(new Pair(key, expressions.expression()));
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator("}");
        return new Expression.DictLiteral(List.copyOf(pairs), line);
    }

    /// What follows an operand: `.name`, `[item]` and `(arguments)`, any number of times.
    Expression postfix(Expression start) {
        Expression node = start;
        while (true) {
            Token token = tokens.current();
            if (token.isOperator(".")) {
                tokens.next();
                node = attribute(node);
            } else if (token.isOperator("[")) {
                tokens.next();
                node = subscript(node);
            } else if (token.isOperator("(")) {
                node = new Expression.Call(node, callArguments(), token.line());
            } else {
                return node;
            }
        }
    }

    private Expression attribute(Expression target) {
        Token token = tokens.current();
        if (token.kind() == Kind.NAME) {
            tokens.next();
            return new Expression.Attribute(target, token.text(), token.line());
        }
        if (token.kind() == Kind.INTEGER) {
            tokens.next();
            Value index = new Value.Int(new BigInteger(token.text()));
            return new Expression.Item(target, new Expression.Literal(index, token.line()), token.line());
        }
        throw tokens.unexpected("a name or number");
    }

    private Expression subscript(Expression target) {
        int line = tokens.current().line();
        Expression start = tokens.current().isOperator(":") ? null : expressions.expression();
        if (tokens.skipOperator(":")) {
            Expression stop = startsSliceBound() ? expressions.expression() : null;
            Expression step = tokens.skipOperator(":") && startsSliceBound() ? expressions.expression() : null;
            tokens.expectOperator("]");
            return new Expression.Slice(target, start, stop, step, line);
        }
        if (start == null) {
            throw tokens.unexpected("an expression");
        }
        if (!tokens.current().isOperator(",")) {
            tokens.expectOperator("]");
            return new Expression.Item(target, start, line);
        }
        List<Expression> keys = new ArrayList<>(List.of(start));
        while (tokens.skipOperator(",")) {
            keys.add(expressions.expression());
        }
        tokens.expectOperator("]");
        return new Expression.Item(target, new Expression.TupleLiteral(List.copyOf(keys), line), line);
    }

    private boolean startsSliceBound() {
        return !tokens.current().isOperator(":") && !tokens.current().isOperator("]");
    }

    /// What stands in parentheses behind a callee, a filter or a test.
    CallArguments callArguments() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        List<NamedArgument> named = new ArrayList<>();
        Expression unpackedList = null;
        Expression unpackedDict = null;
        while (!tokens.current().isOperator(")")) {
            if (tokens.current().isOperator("*") && unpackedList == null && unpackedDict == null) {
                tokens.next();
                unpackedList = expressions.expression();
            } else if (tokens.current().isOperator("**") && unpackedDict == null) {
                tokens.next();
                unpackedDict = expressions.expression();
            } else if (tokens.current().kind() == Kind.NAME
                    && tokens.following().isOperator("=")
                    && unpackedDict == null) {
                String name = tokens.next().text();
                tokens.next();
                named.add(new NamedArgument(name, expressions.expression()));
            } else if (named.isEmpty() && unpackedDict == null && unpackedList == null) {
                positional.add(expressions.expression());
            } else {
                throw tokens.error("invalid order of arguments; expected positional ones first");
            }
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator(")");
        return new CallArguments(List.copyOf(positional), List.copyOf(named), unpackedList, unpackedDict);
    }
}
