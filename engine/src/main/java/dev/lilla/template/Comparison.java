package dev.lilla.template;

import dev.lilla.template.Expression.Relation;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Python's comparisons and `in`.
final class Comparison {
    private final Limits limits;

    Comparison(Limits limits) {
        this.limits = limits;
    }

    boolean holds(Relation relation, Value left, Value right) {
        return switch (relation) {
            case EQUAL -> equal(left, right);
            case NOT_EQUAL -> !equal(left, right);
            case IN -> contains(right, left);
            case NOT_IN -> !contains(right, left);
            case LESS -> ordered(left, right, relation, order -> order < 0);
            case LESS_OR_EQUAL -> ordered(left, right, relation, order -> order <= 0);
            case GREATER -> ordered(left, right, relation, order -> order > 0);
            case GREATER_OR_EQUAL -> ordered(left, right, relation, order -> order >= 0);
        };
    }

    private boolean ordered(Value left, Value right, Relation relation, java.util.function.IntPredicate accepts) {
        boolean unordered = isNan(left) || isNan(right);
        int order = compare(left, right, relation.sign());
        return !unordered && accepts.test(order);
    }

    private static boolean isNan(Value value) {
        return value instanceof Value.Real(double real) && Double.isNaN(real);
    }

    /// Negative, zero or positive as `left` sorts before, with or behind `right`; values without an order are refused.
    int compare(Value left, Value right) {
        return compare(left, right, "<");
    }

    private int compare(Value left, Value right, String sign) {
        for (Value side : List.of(left, right)) {
            if (side instanceof Value.Undefined(String problem)) {
                throw new TemplateException(problem);
            }
        }
        if (Arithmetic.isNumber(left) && Arithmetic.isNumber(right)) {
            return compareNumbers(left, right);
        }
        if (left instanceof Value.Text(String a, boolean unusedA)
                && right instanceof Value.Text(String b, boolean unusedB)) {
            limits.read(Math.min(a.length(), b.length()));
            return compareCodePoints(a, b);
        }
        List<Value> a = left instanceof Value.Sequence ? items(left) : null;
        List<Value> b = right instanceof Value.Sequence ? items(right) : null;
        if (left instanceof Value.Tuple && right instanceof Value.Tuple) {
            a = items(left);
            b = items(right);
        }
        if (a == null || b == null) {
            throw new TemplateException("'" + sign + "' is not supported between " + Value.typeName(left) + " and "
                    + Value.typeName(right));
        }
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return compare(a.get(i), b.get(i), sign);
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    private static int compareNumbers(Value left, Value right) {
        BigInteger a = Arithmetic.integer(left);
        BigInteger b = Arithmetic.integer(right);
        if (a != null && b != null) {
            return a.compareTo(b);
        }
        double x = a != null ? a.doubleValue() : Arithmetic.real(left);
        double y = b != null ? b.doubleValue() : Arithmetic.real(right);
        if (Double.isNaN(x) || Double.isNaN(y) || Double.isInfinite(x) || Double.isInfinite(y)) {
            return x < y ? -1 : x > y ? 1 : 0;
        }
        return exact(left).compareTo(exact(right));
    }

    private static BigDecimal exact(Value number) {
        BigInteger integer = Arithmetic.integer(number);
        return integer != null ? new BigDecimal(integer) : new BigDecimal(Arithmetic.real(number));
    }

    private static int compareCodePoints(String a, String b) {
        int at = 0;
        int end = Math.min(a.length(), b.length());
        while (at < end && a.charAt(at) == b.charAt(at)) {
            at++;
        }
        if (at == end) {
            return Integer.compare(a.length(), b.length());
        }
        boolean bothSurrogates = Character.isSurrogate(a.charAt(at)) == Character.isSurrogate(b.charAt(at));
        return bothSurrogates
                ? Character.compare(a.charAt(at), b.charAt(at))
                : Character.isSurrogate(a.charAt(at)) ? 1 : -1;
    }

    private static @Nullable List<Value> items(Value value) {
        return switch (value) {
            case Value.Sequence(List<Value> items) -> items;
            case Value.Tuple(List<Value> items, List<String> names) -> items;
            case Value other -> null;
        };
    }

    /// Python's `==`: values of different kinds are unequal, but for numbers.
    boolean equal(Value left, Value right) {
        limits.step();
        if (Arithmetic.isNumber(left) && Arithmetic.isNumber(right)) {
            return !isNan(left) && !isNan(right) && compareNumbers(left, right) == 0;
        }
        return switch (left) {
            case Value.Text(String a, boolean unusedA) -> {
                limits.read(a.length());
                yield right instanceof Value.Text(String b, boolean unusedB) && a.equals(b);
            }
            case Value.Sequence(List<Value> a) -> right instanceof Value.Sequence(List<Value> b) && equalItems(a, b);
            case Value.Tuple a -> right instanceof Value.Tuple b && equalItems(a.items(), b.items());
            case Value.Mapping(Dict a) -> right instanceof Value.Mapping(Dict b) && equalEntries(a, b);
            case Value.Undefined a -> right instanceof Value.Undefined;
            case Value.View a -> right instanceof Value.View b && equalItems(a.items(), b.items());
            case Value other -> Objects.equals(left, right);
        };
    }

    private boolean equalItems(List<Value> a, List<Value> b) {
        if (a.size() != b.size()) {
            return false;
        }
        limits.enter();
        boolean equal = true;
        for (int i = 0; i < a.size() && equal; i++) {
            equal = equal(a.get(i), b.get(i));
        }
        limits.leave();
        return equal;
    }

    private boolean equalEntries(Dict a, Dict b) {
        if (a.size() != b.size()) {
            return false;
        }
        limits.enter();
        boolean equal = true;
        for (Dict.Entry entry : a.entries()) {
            equal = equal
                    && b.find(entry.key())
                            .filter(other -> equal(entry.value(), other))
                            .isPresent();
        }
        limits.leave();
        return equal;
    }

    /// Python's `item in container`.
    boolean contains(Value container, Value item) {
        return switch (container) {
            case Value.Text(String text, boolean unusedText) -> {
                if (!(item instanceof Value.Text(String part, boolean unusedPart))) {
                    throw new TemplateException("'in <str>' needs a str on its left, found " + Value.typeName(item));
                }
                limits.read(text.length());
                yield text.contains(part);
            }
            case Value.Mapping(Dict entries) -> entries.find(item).isPresent();
            case Value other -> {
                for (Value element : Iteration.elements(other, limits)) {
                    if (equal(element, item)) {
                        yield true;
                    }
                }
                yield false;
            }
        };
    }
}
