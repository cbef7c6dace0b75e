package dev.lilla.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An expression of the template language, with the line it begins on.
sealed interface Expression {
    int line();

    record Literal(Value value, int line) implements Expression {}

    record Name(String name, int line) implements Expression {}

    record ListLiteral(List<Expression> items, int line) implements Expression {}

    record TupleLiteral(List<Expression> items, int line) implements Expression {}

    record DictLiteral(List<Pair> pairs, int line) implements Expression {}

    /// `then if test else otherwise`; without the last it is undefined.
    record Conditional(
            Expression test, Expression then, @Nullable Expression otherwise, int line) implements Expression {}

    record Or(Expression left, Expression right, int line) implements Expression {}

    record And(Expression left, Expression right, int line) implements Expression {}

    record Not(Expression operand, int line) implements Expression {}

    /// `first op a op b …`: holds where each neighboring pair does.
    record Compare(Expression first, List<Comparison> rest, int line) implements Expression {}

    record Arithmetic(Operator operator, Expression left, Expression right, int line) implements Expression {}

    record Negate(Expression operand, int line) implements Expression {}

    record Plus(Expression operand, int line) implements Expression {}

    /// `a ~ b ~ c`: the texts of all, joined.
    record Concatenate(List<Expression> parts, int line) implements Expression {}

    record Attribute(Expression target, String name, int line) implements Expression {}

    record Item(Expression target, Expression key, int line) implements Expression {}

    record Slice(
            Expression target,
            @Nullable Expression start,
            @Nullable Expression stop,
            @Nullable Expression step,
            int line)
            implements Expression {}

    record Call(Expression callee, CallArguments arguments, int line) implements Expression {}

    record Filtered(Expression input, NamedCall filter, int line) implements Expression {}

    record Tested(Expression input, NamedCall test, int line) implements Expression {}

    /// A filter or test by name, with what stands in its parentheses.
    record NamedCall(String name, CallArguments arguments, int line) {}

    record Pair(Expression key, Expression value) {}

    record Comparison(Relation relation, Expression operand) {}

    /// Arguments as written: positional, by name, and the unpacked `*list` and `**dict`.
    record CallArguments(
            List<Expression> positional,
            List<NamedArgument> named,
            @Nullable Expression unpackedList,
            @Nullable Expression unpackedDict) {
        static final CallArguments NONE = new CallArguments(List.of(), List.of(), null, null);

        boolean isEmpty() {
            return positional.isEmpty() && named.isEmpty() && unpackedList == null && unpackedDict == null;
        }
    }

    record NamedArgument(String name, Expression value) {}

    enum Relation {
        EQUAL("=="),
        NOT_EQUAL("!="),
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">="),
        IN("in"),
        NOT_IN("not in");

        private final String sign;

        Relation(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }
    }

    enum Operator {
        ADD("+"),
        SUBTRACT("-"),
        MULTIPLY("*"),
        DIVIDE("/"),
        FLOOR_DIVIDE("//"),
        MODULO("%"),
        POWER("**");

        private final String sign;

        Operator(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }
    }
}
