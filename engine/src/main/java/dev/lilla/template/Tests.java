package dev.lilla.template;

import dev.lilla.template.Expression.Operator;
import dev.lilla.template.Expression.Relation;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/// The tests behind `is`.
final class Tests {
    @FunctionalInterface
    private interface Test {
        boolean holds(Value input, Arguments arguments, Interpreter interpreter);
    }

    private static final Map<String, Test> ALL = all();

    private Tests() {}

    static boolean exists(String name) {
        return ALL.containsKey(name);
    }

    static boolean holds(String name, Value input, Arguments arguments, Interpreter interpreter) {
        Test test = ALL.get(name);
        if (test == null) {
            throw new TemplateException("no test named '" + name + "'");
        }
        interpreter.limits().step();
        return test.holds(input, arguments, interpreter);
    }

    private static Map<String, Test> all() {
        Map<String, Test> all = new HashMap<>();
        addKinds(all);
        addRelations(all);
        all.put("even", (input, arguments, interpreter) -> hasRemainder("even", input, arguments, interpreter));
        all.put("odd", (input, arguments, interpreter) -> hasRemainder("odd", input, arguments, interpreter));
        all.put("divisibleby", (input, arguments, interpreter) -> {
            Value divisor = arguments.bind("divisibleby", 1, "num").get("num");
            Value rest = interpreter.arithmetic().apply(Operator.MODULO, input, divisor);
            return Arithmetic.isNumber(rest) && !Value.isTrue(rest);
        });
        all.put("sameas", (input, arguments, interpreter) -> {
            Value other = arguments.bind("sameas", 1, "other").get("other");
            return isSame(input, other);
        });
        all.put("lower", (input, arguments, interpreter) -> {
            arguments.none("lower");
            return isCased(interpreter.text().str(input), text -> text.equals(text.toLowerCase(Locale.ROOT)));
        });
        all.put("upper", (input, arguments, interpreter) -> {
            arguments.none("upper");
            return isCased(interpreter.text().str(input), text -> text.equals(text.toUpperCase(Locale.ROOT)));
        });
        all.put("filter", (input, arguments, interpreter) -> {
            arguments.none("filter");
            return input instanceof Value.Text(String name, boolean unusedName) && Filters.exists(name);
        });
        all.put("test", (input, arguments, interpreter) -> {
            arguments.none("test");
            return input instanceof Value.Text(String name, boolean unusedName) && exists(name);
        });
        return Map.copyOf(all);
    }

    private static void addKinds(Map<String, Test> all) {
        kind(all, "defined", value -> !(value instanceof Value.Undefined));
        kind(all, "undefined", value -> value instanceof Value.Undefined);
        kind(all, "none", value -> value == Value.None.NONE);
        kind(all, "boolean", value -> value instanceof Value.Bool);
        kind(all, "true", value -> value instanceof Value.Bool(boolean flag) && flag);
        kind(all, "false", value -> value instanceof Value.Bool(boolean flag) && !flag);
        kind(all, "integer", value -> value instanceof Value.Int);
        kind(all, "float", value -> value instanceof Value.Real);
        kind(all, "number", Arithmetic::isNumber);
        kind(all, "string", value -> value instanceof Value.Text);
        kind(all, "mapping", value -> value instanceof Value.Mapping);
        kind(all, "sequence", Tests::isSequence);
        kind(
                all,
                "iterable",
                value -> isSequence(value)
                        || value instanceof Value.View
                        || value instanceof Value.Generator
                        || value instanceof LoopState);
        kind(
                all,
                "callable",
                value -> value instanceof Value.Function
                        || value instanceof LoopState
                        || value instanceof Value.Undefined);
        kind(all, "escaped", value -> value instanceof Value.Text(String text, boolean markup) && markup);
    }

    private static void kind(Map<String, Test> all, String name, Predicate<Value> test) {
        all.put(name, (input, arguments, interpreter) -> {
            arguments.none(name);
            return test.test(input);
        });
    }

    /// Has a length and items by key: undefined values answer as if they had both.
    private static boolean isSequence(Value value) {
        return value instanceof Value.Text
                || value instanceof Value.Sequence
                || value instanceof Value.Tuple
                || value instanceof Value.Mapping
                || value instanceof Value.Range
                || value instanceof Value.Undefined;
    }

    private static void addRelations(Map<String, Test> all) {
        relation(all, Relation.EQUAL, "eq", "equalto", "==");
        relation(all, Relation.NOT_EQUAL, "ne", "!=");
        relation(all, Relation.LESS, "lt", "lessthan", "<");
        relation(all, Relation.LESS_OR_EQUAL, "le", "<=");
        relation(all, Relation.GREATER, "gt", "greaterthan", ">");
        relation(all, Relation.GREATER_OR_EQUAL, "ge", ">=");
        relation(all, Relation.IN, "in");
    }

    private static void relation(Map<String, Test> all, Relation relation, String... names) {
        for (String name : names) {
            all.put(
                    name,
                    (input, arguments, interpreter) -> interpreter
                            .comparison()
                            .holds(
                                    relation,
                                    input,
                                    arguments.bind(name, 1, "other").get("other")));
        }
    }

    private static boolean hasRemainder(String name, Value input, Arguments arguments, Interpreter interpreter) {
        arguments.none(name);
        Value rest = interpreter.arithmetic().apply(Operator.MODULO, input, Value.Int.of(2));
        return interpreter.comparison().equal(rest, Value.Int.of(name.equals("odd") ? 1 : 0));
    }

    // Python's `is` asks for identity.
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(Value input, Value other) {
        return input == other || isSameAtom(input, other);
    }

    private static boolean isSameAtom(Value input, Value other) {
        return switch (input) {
            case Value.Bool bool -> bool.equals(other);
            case Value.Int(BigInteger number) -> other instanceof Value.Int(BigInteger same) && number.equals(same);
            case Value.Text(String text, boolean unusedText) ->
                other instanceof Value.Text(String same, boolean unusedSame) && text.equals(same);
            case Value any -> false;
        };
    }

    private static boolean isCased(String text, Predicate<String> test) {
        boolean cased = text.codePoints()
                .anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c));
        return cased && test.test(text);
    }
}
