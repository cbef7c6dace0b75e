package dev.lilla.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// `map`, and the filters that keep or drop items by a test. All are empty for what is false, None too.
final class SelectionFilters {
    static final Map<String, Filter> ALL = Map.of(
            "map", SelectionFilters::map,
            "select", (input, arguments, interpreter) -> chosen("select", input, arguments, interpreter),
            "reject", (input, arguments, interpreter) -> chosen("reject", input, arguments, interpreter),
            "selectattr", (input, arguments, interpreter) -> chosen("selectattr", input, arguments, interpreter),
            "rejectattr", (input, arguments, interpreter) -> chosen("rejectattr", input, arguments, interpreter));

    private SelectionFilters() {}

    private static Value map(Value input, Arguments arguments, Interpreter interpreter) {
        return new Value.Generator(() -> {
            if (!Value.isTrue(input)) {
                return List.of();
            }
            UnaryOperator<Value> change = change(arguments, interpreter);
            List<Value> items = Iteration.elements(input, interpreter.limits());
            interpreter.limits().allocateItems(items.size());
            List<Value> mapped = new ArrayList<>(items.size());
            items.forEach(item -> mapped.add(change.apply(item)));
            return mapped;
        });
    }

    private static UnaryOperator<Value> change(Arguments arguments, Interpreter interpreter) {
        if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
            Arguments.Bound bound = arguments.bind("map", 0, "attribute", "default");
            ItemPath path = ItemPath.of(bound.get("attribute")).orElse(bound.get("default"));
            return item -> path.from(item, interpreter);
        }
        if (arguments.positional().isEmpty()
                || !(arguments.positional().getFirst() instanceof Value.Text(String name, boolean unusedName))) {
            throw new TemplateException("map needs the name of a filter");
        }
        Arguments rest = arguments.withoutFirst();
        return item -> Filters.apply(name, item, rest, interpreter);
    }

    private static Value chosen(String filter, Value input, Arguments arguments, Interpreter interpreter) {
        return new Value.Generator(() -> {
            if (!Value.isTrue(input)) {
                return List.of();
            }
            boolean byAttribute = filter.endsWith("attr");
            boolean keeps = filter.startsWith("select");
            if (byAttribute && arguments.positional().isEmpty()) {
                throw new TemplateException(filter + " needs the name of an attribute");
            }
            ItemPath path = ItemPath.of(byAttribute ? arguments.positional().getFirst() : Value.None.NONE);
            Arguments test = byAttribute ? arguments.withoutFirst() : arguments;
            List<Value> items = Iteration.elements(input, interpreter.limits());
            interpreter.limits().allocateItems(items.size());
            List<Value> chosen = new ArrayList<>();
            for (Value item : items) {
                if (passes(path.from(item, interpreter), test, interpreter) == keeps) {
                    chosen.add(item);
                }
            }
            return chosen;
        });
    }

    private static boolean passes(Value value, Arguments test, Interpreter interpreter) {
        if (test.positional().isEmpty()) {
            return Value.isTrue(value);
        }
        if (!(test.positional().getFirst() instanceof Value.Text(String name, boolean unusedName))) {
            throw new TemplateException("a test is named by a str");
        }
        return Tests.holds(name, value, test.withoutFirst(), interpreter);
    }
}
