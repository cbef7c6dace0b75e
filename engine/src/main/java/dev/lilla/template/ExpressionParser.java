package dev.lilla.template;

import dev.lilla.template.Expression.Comparison;
import dev.lilla.template.Expression.Operator;
import dev.lilla.template.Expression.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Parses expressions with Jinja's precedence, loosest first: conditional, or, and, not, comparison, sum, `~`,
/// product, power, sign; then what [OperandParser] reads, filters and tests.
final class ExpressionParser {
    private final TokenStream tokens;
    private final OperandParser operands;
    private final FilterParser filters;

    /// `namesRead` hears every variable name that an expression reads.
    ExpressionParser(TokenStream tokens, Consumer<String> namesRead) {
        this.tokens = tokens;
        this.operands = new OperandParser(tokens, this, namesRead);
        this.filters = new FilterParser(tokens, operands);
    }

    OperandParser operands() {
        return operands;
    }

    FilterParser filters() {
        return filters;
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

    /// What stands in parentheses: anything from nothing, the empty tuple, on.
    Expression parenthesized() {
        return tuple(Set.of(), true, true);
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
        Expression result = or();
        while (tokens.skipName("if")) {
            boolean before = filters.lenient(true);
            Expression test = or();
            Expression otherwise = tokens.skipName("else") ? expression(true) : null;
            result = new Expression.Conditional(test, result, otherwise, line);
            filters.lenient(before);
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
            node = operands.primary();
        }
        node = operands.postfix(node);
        if (filtered) {
            node = filters.filtersAndTests(node);
        }
        tokens.leave();
        return node;
    }
}
