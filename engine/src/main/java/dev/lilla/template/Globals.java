package dev.lilla.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The functions that every template may call.
final class Globals {
    static final Map<String, Value> ALL = Map.ofEntries(
            function("range", (arguments, interpreter) -> range(arguments)),
            function("dict", (arguments, interpreter) -> new Value.Mapping(dict(arguments, interpreter))),
            function("namespace", (arguments, interpreter) -> {
                Map<String, Value> attributes = ContextValues.named(new Value.Mapping(dict(arguments, interpreter)));
                return new NamespaceState(attributes);
            }),
            function("cycler", (arguments, interpreter) -> new CyclerState(arguments.positional())),
            function("joiner", (arguments, interpreter) -> joiner(arguments)),
            function("raise_exception", (arguments, interpreter) -> {
                Value message = arguments.bind("raise_exception", 1, "message").get("message");
                throw new TemplateException(interpreter.text().str(message));
            }),
            function("strftime_now", (arguments, interpreter) -> {
                String format = arguments.bind("strftime_now", 1, "format").text("format", "");
                interpreter.limits().allocate(format.length() * 16L);
                return new Value.Text(interpreter.clock().now(format));
            }));

    private Globals() {}

    private static Map.Entry<String, Value> function(String name, Value.Callable body) {
        return Map.entry(name, new Value.Function(name, body));
    }

    private static Value range(Arguments arguments) {
        Arguments.Bound bound = arguments.bind("range", 1, "start", "stop", "step");
        boolean one = !bound.has("stop");
        long start = one ? 0 : bound.integer("start", 0);
        long stop = bound.integer(one ? "start" : "stop", 0);
        long step = bound.integer("step", 1);
        if (step == 0) {
            throw new TemplateException("the step of range() is zero");
        }
        long distance = step > 0 ? stop - start : start - stop;
        long length = distance <= 0 ? 0 : (distance - 1) / Math.abs(step) + 1;
        if (length > Limits.RANGE_MAX) {
            throw new TemplateException(
                    "range() has " + length + " items, at most " + Limits.RANGE_MAX + " are allowed");
        }
        return new Value.Range(start, stop, step, (int) length);
    }

    /// Python's `dict(mapping or pairs, **named)`.
    private static Dict dict(Arguments arguments, Interpreter interpreter) {
        List<Dict.Entry> entries = new ArrayList<>();
        if (arguments.positional().size() > 1) {
            throw new TemplateException("dict() takes at most one dict or list of pairs");
        }
        for (Value source : arguments.positional()) {
            if (source instanceof Value.Mapping(Dict existing)) {
                entries.addAll(existing.entries());
                continue;
            }
            for (Value pair : Iteration.elements(source, interpreter.limits())) {
                List<Value> parts = Iteration.elements(pair, interpreter.limits());
                if (parts.size() != 2) {
                    throw new TemplateException("dict() needs pairs, found " + parts.size() + " values");
                }
                entries.add(new Dict.Entry(parts.getFirst(), parts.getLast()));
            }
        }
        new LinkedHashMap<>(arguments.named())
                .forEach((name, value) -> entries.add(new Dict.Entry(new Value.Text(name), value)));
        interpreter.limits().allocate((long) Limits.CHARACTERS_PER_ENTRY * entries.size());
        return Dict.of(entries);
    }

    private static Value joiner(Arguments arguments) {
        String separator = arguments.bind("joiner", 0, "sep").text("sep", ", ");
        boolean[] used = new boolean[1];
        return new Value.Function("joiner", (none, interpreter) -> {
            none.none("joiner");
            Value text = used[0] ? new Value.Text(separator) : Value.Text.EMPTY;
            used[0] = true;
            return text;
        });
    }
}
