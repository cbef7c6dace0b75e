package dev.lilla.template;

import dev.lilla.template.Expression.CallArguments;
import dev.lilla.template.Expression.Comparison;
import dev.lilla.template.Expression.NamedArgument;
import dev.lilla.template.Expression.NamedCall;
import dev.lilla.template.Expression.Operator;
import dev.lilla.template.Expression.Pair;
import dev.lilla.template.Expression.Relation;
import dev.lilla.template.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Parses expressions with Jinja's precedence, loosest first: conditional, or, and, not, comparison, sum, `~`,
/// product, power, sign, postfix, filter and test.
final class ExpressionParser {
    private static final int INTEGER_DIGITS_MAX = 4300;

    private final TokenStream tokens;
    private final Consumer<String> namesRead;
    private boolean lenient;

    /// `namesRead` hears every variable name that an expression reads.
    ExpressionParser(TokenStream tokens, Consumer<String> namesRead) {
        this.tokens = tokens;
        this.namesRead = namesRead;
    }

    /// Whether an unknown filter or test is reported only when it is reached, as inside `if`; returns the old value.
    boolean lenient(boolean value) {
        boolean before = lenient;
        lenient = value;
        return before;
    }

    Expression expression() {
        return expression(true);
    }

    /// One expression or, where commas follow, a tuple without parentheses.
    Expression tuple() {
        return tuple(Set.of(), true, false);
    }

    /// As [#tuple], without `a if b` at the top: what follows `if`, `elif` and `in`.
    Expression plainTuple(Set<String> endNames) {
        return tuple(endNames, false, false);
    }

    private Expression tuple(Set<String> endNames, boolean conditional, boolean parenthesized) {
        int line = tokens.current().line();
        List<Expression> items = new ArrayList<>();
        boolean isTuple = false;
        while (!endsTuple(endNames)) {
            items.add(expression(conditional));
            if (!tokens.skipOperator(",")) {
                break;
            }
            isTuple = true;
        }
        if (!isTuple && items.size() == 1) {
            return items.getFirst();
        }
        if (!isTuple && !parenthesized) {
            throw tokens.unexpected("an expression");
        }
        return new Expression.TupleLiteral(List.copyOf(items), line);
    }

    private boolean endsTuple(Set<String> endNames) {
        Token token = tokens.current();
        return switch (token.kind()) {
            case VARIABLE_END, BLOCK_END, END -> true;
            case OPERATOR -> token.text().equals(")");
            case NAME -> endNames.contains(token.text());
            case DATA, VARIABLE_BEGIN, BLOCK_BEGIN, STRING, INTEGER, REAL -> false;
        };
    }

    private Expression expression(boolean conditional) {
        tokens.enter();
        Expression result = conditional ? conditional() : or();
        tokens.leave();
        return result;
    }

    private Expression conditional() {
        int line = tokens.current().line();
        boolean before = lenient;
        Expression result = or();
        while (tokens.skipName("if")) {
            lenient = true;
            Expression test = or();
            Expression otherwise = tokens.skipName("else") ? expression(true) : null;
            result = new Expression.Conditional(test, result, otherwise, line);
            lenient = before;
        }
        return result;
    }

    private Expression or() {
        Expression left = and();
        while (tokens.current().isName("or")) {
            int line = tokens.next().line();
            left = new Expression.Or(left, and(), line);
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.current().isName("and")) {
            int line = tokens.next().line();
            left = new Expression.And(left, not(), line);
        }
        return left;
    }

    private Expression not() {
        if (!tokens.current().isName("not")) {
            return comparison();
        }
        int line = tokens.next().line();
        tokens.enter();
        Expression operand = not();
        tokens.leave();
        return new Expression.Not(operand, line);
    }

    private Expression comparison() {
        int line = tokens.current().line();
        Expression first = sum();
        List<Comparison> rest = new ArrayList<>();
        for (Relation relation = relation(); relation != null; relation = relation()) {
            rest.add(new Comparison(relation, sum()));
        }
        return rest.isEmpty() ? first : new Expression.Compare(first, List.copyOf(rest), line);
    }

    private @Nullable Relation relation() {
        if (tokens.current().isName("not") && tokens.following().isName("in")) {
            tokens.next();
            tokens.next();
            return Relation.NOT_IN;
        }
        if (tokens.skipName("in")) {
            return Relation.IN;
        }
        for (Relation relation : Relation.values()) {
            if (tokens.skipOperator(relation.sign())) {
                return relation;
            }
        }
        return null;
    }

    private Expression sum() {
        Expression left = concatenation();
        for (Operator operator = operator(Operator.ADD, Operator.SUBTRACT);
                operator != null;
                operator = operator(Operator.ADD, Operator.SUBTRACT)) {
            left = new Expression.Arithmetic(operator, left, concatenation(), left.line());
        }
        return left;
    }

    private Expression concatenation() {
        int line = tokens.current().line();
        List<Expression> parts = new ArrayList<>();
        do {
            parts.add(product());
        } while (tokens.skipOperator("~"));
        return parts.size() == 1 ? parts.getFirst() : new Expression.Concatenate(List.copyOf(parts), line);
    }

    private Expression product() {
        Operator[] operators = {Operator.MULTIPLY, Operator.DIVIDE, Operator.FLOOR_DIVIDE, Operator.MODULO};
        Expression left = power();
        for (Operator operator = operator(operators); operator != null; operator = operator(operators)) {
            left = new Expression.Arithmetic(operator, left, power(), left.line());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (tokens.skipOperator("**")) {
            left = new Expression.Arithmetic(Operator.POWER, left, unary(true), left.line());
        }
        return left;
    }

    private @Nullable Operator operator(Operator... candidates) {
        for (Operator candidate : candidates) {
            if (tokens.skipOperator(candidate.sign())) {
                return candidate;
            }
        }
        return null;
    }

    private Expression unary(boolean filtered) {
        tokens.enter();
        int line = tokens.current().line();
        Expression node;
        if (tokens.skipOperator("-")) {
            node = new Expression.Negate(unary(false), line);
        } else if (tokens.skipOperator("+")) {
            node = new Expression.Plus(unary(false), line);
        } else {
            node = primary();
        }
        node = postfix(node);
        if (filtered) {
            node = filtersAndTests(node);
        }
        tokens.leave();
        return node;
    }

    private Expression primary() {
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
                Expression inner = tuple(Set.of(), true, true);
                tokens.expectOperator(")");
                yield inner;
            }
            case "[" -> {
                tokens.next();
                List<Expression> items = new ArrayList<>();
                while (!tokens.current().isOperator("]")) {
                    items.add(expression());
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
            Expression key = expression();
            tokens.expectOperator(":");
            pairs.add(new Pair(key, expression()));
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator("}");
        return new Expression.DictLiteral(List.copyOf(pairs), line);
    }

    private Expression postfix(Expression start) {
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
        Expression start = tokens.current().isOperator(":") ? null : expression();
        if (tokens.skipOperator(":")) {
            Expression stop = startsSliceBound() ? expression() : null;
            Expression step = tokens.skipOperator(":") && startsSliceBound() ? expression() : null;
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
            keys.add(expression());
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
                unpackedList = expression();
            } else if (tokens.current().isOperator("**") && unpackedDict == null) {
                tokens.next();
                unpackedDict = expression();
            } else if (tokens.current().kind() == Kind.NAME
                    && tokens.following().isOperator("=")
                    && unpackedDict == null) {
                String name = tokens.next().text();
                tokens.next();
                named.add(new NamedArgument(name, expression()));
            } else if (named.isEmpty() && unpackedDict == null && unpackedList == null) {
                positional.add(expression());
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

    private Expression filtersAndTests(Expression start) {
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
                node = new Expression.Call(node, callArguments(), token.line());
            } else {
                return node;
            }
        }
    }

    /// The filters of `filter` and `set` blocks: one or more, joined by `|`.
    List<NamedCall> filterChain() {
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
        CallArguments arguments = tokens.current().isOperator("(") ? callArguments() : CallArguments.NONE;
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
            return callArguments();
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
        return new CallArguments(List.of(postfix(primary())), List.of(), null, null);
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(tokens.expect(Kind.NAME).text());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expect(Kind.NAME).text());
        }
        return name.toString();
    }
}
