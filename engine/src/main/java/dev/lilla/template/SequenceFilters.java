package dev.lilla.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Filters on lists, dicts and whatever else can be iterated over.
final class SequenceFilters {
    static final Map<String, Filter> ALL = Map.ofEntries(
            Map.entry("length", SequenceFilters::length),
            Map.entry("count", SequenceFilters::length),
            Map.entry("first", SequenceFilters::first),
            Map.entry("last", SequenceFilters::last),
            Map.entry("list", SequenceFilters::list),
            Map.entry("join", SequenceFilters::join),
            Map.entry("reverse", SequenceFilters::reverse),
            Map.entry("sort", SequenceFilters::sort),
            Map.entry("dictsort", SequenceFilters::dictSort),
            Map.entry("unique", SequenceFilters::unique),
            Map.entry("groupby", SequenceFilters::groupBy),
            Map.entry("batch", SequenceFilters::batch),
            Map.entry("slice", SequenceFilters::slice),
            Map.entry("sum", SequenceFilters::sum),
            Map.entry("min", (input, arguments, interpreter) -> extreme("min", input, arguments, interpreter)),
            Map.entry("max", (input, arguments, interpreter) -> extreme("max", input, arguments, interpreter)),
            Map.entry("items", SequenceFilters::items),
            Map.entry("default", SequenceFilters::fallback),
            Map.entry("d", SequenceFilters::fallback),
            Map.entry("attr", (input, arguments, interpreter) -> {
                Value name = arguments.bind("attr", 1, "name").get("name");
                return interpreter.attributes().member(input, name);
            }));

    private SequenceFilters() {}

    private static List<Value> elements(Value input, Interpreter interpreter) {
        List<Value> elements = Iteration.elements(input, interpreter.limits());
        interpreter.limits().allocateItems(elements.size());
        return elements;
    }

    private static Value length(Value input, Arguments arguments, Interpreter interpreter) {
        arguments.none("length");
        if (input instanceof Value.Text(String text, boolean unusedText)) {
            interpreter.limits().read(text.length());
        }
        return Value.Int.of(Iteration.length(input));
    }

    private static Value first(Value input, Arguments arguments, Interpreter interpreter) {
        arguments.none("first");
        Optional<Value> first = input instanceof Value.Generator generator
                ? generator.takeFirst()
                : elements(input, interpreter).stream().findFirst();
        return first.orElseGet(() -> new Value.Undefined("there is no first item, the sequence is empty"));
    }

    private static Value last(Value input, Arguments arguments, Interpreter interpreter) {
        arguments.none("last");
        if (input instanceof Value.Generator) {
            throw new TemplateException("a generator has no last item; make it a list first");
        }
        List<Value> items = elements(input, interpreter);
        return items.isEmpty() ? new Value.Undefined("there is no last item, the sequence is empty") : items.getLast();
    }

    private static Value list(Value input, Arguments arguments, Interpreter interpreter) {
        arguments.none("list");
        return new Value.Sequence(elements(input, interpreter));
    }

    private static Value join(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("join", 0, "d", "attribute");
        String separator = interpreter.text().str(bound.or("d", Value.Text.EMPTY));
        ItemPath path = ItemPath.of(bound.get("attribute"));
        StringBuilder joined = new StringBuilder();
        String before = "";
        for (Value item : elements(input, interpreter)) {
            String text = interpreter.text().str(path.from(item, interpreter));
            interpreter.limits().allocate((long) text.length() + before.length());
            joined.append(before).append(text);
            before = separator;
        }
        return new Value.Text(joined.toString());
    }

    private static Value reverse(Value input, Arguments arguments, Interpreter interpreter) {
        arguments.none("reverse");
        if (input instanceof Value.Text(String text, boolean unusedText)) {
            interpreter.limits().allocate(text.length());
            int[] codePoints = text.codePoints().toArray();
            StringBuilder reversed = new StringBuilder(text.length());
            for (int i = codePoints.length - 1; i >= 0; i--) {
                reversed.appendCodePoint(codePoints[i]);
            }
            return new Value.Text(reversed.toString());
        }
        List<Value> reversed = elements(input, interpreter).reversed();
        return new Value.Generator(() -> reversed);
    }

    private static Value caseless(Value value) {
        return value instanceof Value.Text(String text, boolean unusedText)
                ? new Value.Text(text.toLowerCase(Locale.ROOT))
                : value;
    }

    private static Comparator<Value> order(Arguments.Bound bound, Interpreter interpreter) {
        boolean caseSensitive = bound.flag("case_sensitive");
        Comparison comparison = interpreter.comparison();
        return (a, b) -> {
            interpreter.limits().step();
            return caseSensitive ? comparison.compare(a, b) : comparison.compare(caseless(a), caseless(b));
        };
    }

    private static Value sort(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
        List<ItemPath> paths = ItemPath.all(bound.get("attribute"));
        Comparator<Value> order = order(bound, interpreter);
        Comparator<Value> byPaths = (a, b) -> {
            for (ItemPath path : paths) {
                Value left = path.from(a, interpreter);
                Value right = path.from(b, interpreter);
                // Equal parts need no order: Python compares lists of them.
                if (!interpreter.comparison().equal(left, right)) {
                    int found = order.compare(left, right);
                    if (found != 0) {
                        return found;
                    }
                }
            }
            return 0;
        };
        return new Value.Sequence(sorted(elements(input, interpreter), byPaths, bound.flag("reverse")));
    }

    /// A stable sort; reversed, equal items keep their order as in Python.
    private static List<Value> sorted(List<Value> items, Comparator<Value> order, boolean reversed) {
        List<Value> sorted = new ArrayList<>(items);
        sorted.sort(reversed ? (a, b) -> order.compare(b, a) : order);
        return sorted;
    }

    private static Value dictSort(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
        String by = bound.text("by", "key");
        if (!by.equals("key") && !by.equals("value")) {
            throw new TemplateException("dictsort sorts by key or value, found '" + by + "'");
        }
        int position = by.equals("key") ? 0 : 1;
        if (!(input instanceof Value.Mapping(Dict dict))) {
            throw new TemplateException("dictsort needs a dict, found " + Value.typeName(input));
        }
        interpreter.limits().allocateItems(dict.size());
        Comparator<Value> order = order(bound, interpreter);
        Comparator<Value> byPart = (a, b) -> order.compare(
                ((Value.Tuple) a).items().get(position),
                ((Value.Tuple) b).items().get(position));
        return new Value.Sequence(sorted(dict.items(), byPart, bound.flag("reverse")));
    }

    private static Value unique(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("unique", 0, "case_sensitive", "attribute");
        ItemPath path = ItemPath.of(bound.get("attribute"));
        boolean caseSensitive = bound.flag("case_sensitive");
        return new Value.Generator(() -> {
            Set<Object> seen = new HashSet<>();
            List<Value> unique = new ArrayList<>();
            for (Value item : elements(input, interpreter)) {
                Value key = path.from(item, interpreter);
                if (seen.add(Dict.hashable(caseSensitive ? key : caseless(key)))) {
                    unique.add(item);
                }
            }
            return unique;
        });
    }

    private static Value groupBy(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("groupby", 1, "attribute", "default", "case_sensitive");
        ItemPath path = ItemPath.of(bound.get("attribute")).orElse(bound.get("default"));
        Comparator<Value> order = order(bound, interpreter);
        Comparator<Value> byPath = (a, b) -> order.compare(path.from(a, interpreter), path.from(b, interpreter));
        List<Value> items = sorted(elements(input, interpreter), byPath, false);
        List<Value> groups = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= items.size(); i++) {
            if (i == items.size() || byPath.compare(items.get(start), items.get(i)) != 0) {
                Value grouper = path.from(items.get(start), interpreter);
                Value group = new Value.Sequence(List.copyOf(items.subList(start, i)));
                groups.add(new Value.Tuple(List.of(grouper, group), List.of("grouper", "list")));
                start = i;
            }
        }
        return new Value.Sequence(groups);
    }

    private static Value batch(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("batch", 1, "linecount", "fill_with");
        int size = bound.integer("linecount", 1);
        return new Value.Generator(() -> {
            List<Value> items = elements(input, interpreter);
            if (size <= 0) {
                throw new TemplateException("batch needs a size of at least 1, found " + size);
            }
            List<Value> batches = new ArrayList<>();
            for (int from = 0; from < items.size(); from += size) {
                List<Value> batch =
                        new ArrayList<>(items.subList(from, (int) Math.min((long) from + size, items.size())));
                int missing = bound.has("fill_with") ? size - batch.size() : 0;
                interpreter.limits().allocateItems(missing);
                batch.addAll(Collections.nCopies(missing, bound.get("fill_with")));
                batches.add(new Value.Sequence(batch));
                if (from > Integer.MAX_VALUE - size) {
                    break;
                }
            }
            return batches;
        });
    }

    private static Value slice(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("slice", 1, "slices", "fill_with");
        int slices = bound.integer("slices", 1);
        return new Value.Generator(() -> {
            List<Value> items = elements(input, interpreter);
            if (slices <= 0) {
                throw new TemplateException("slice needs at least 1 slice, found " + slices);
            }
            interpreter.limits().allocateItems(slices * 2L);
            int perSlice = items.size() / slices;
            int longer = items.size() % slices;
            List<Value> result = new ArrayList<>();
            int from = 0;
            for (int i = 0; i < slices; i++) {
                int to = from + perSlice + (i < longer ? 1 : 0);
                List<Value> part = new ArrayList<>(items.subList(from, to));
                if (bound.has("fill_with") && i >= longer) {
                    part.add(bound.get("fill_with"));
                }
                result.add(new Value.Sequence(part));
                from = to;
            }
            return result;
        });
    }

    private static Value sum(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("sum", 0, "attribute", "start");
        ItemPath path = ItemPath.of(bound.get("attribute"));
        Value sum = bound.or("start", Value.Int.of(0));
        if (sum instanceof Value.Text) {
            throw new TemplateException("sum() cannot add strs; use join");
        }
        for (Value item : elements(input, interpreter)) {
            Value part = path.from(item, interpreter);
            sum = interpreter.arithmetic().apply(Expression.Operator.ADD, sum, part);
        }
        return sum;
    }

    private static Value extreme(String name, Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind(name, 0, "case_sensitive", "attribute");
        ItemPath path = ItemPath.of(bound.get("attribute"));
        Comparator<Value> order = order(bound, interpreter);
        Value best = null;
        for (Value item : elements(input, interpreter)) {
            int found = best == null ? 0 : order.compare(path.from(item, interpreter), path.from(best, interpreter));
            if (best == null || (name.equals("min") ? found < 0 : found > 0)) {
                best = item;
            }
        }
        return best == null ? new Value.Undefined("there is no " + name + ", the sequence is empty") : best;
    }

    private static Value items(Value input, Arguments arguments, Interpreter interpreter) {
        arguments.none("items");
        return switch (input) {
            case Value.Undefined undefined -> new Value.Generator(List::of);
            case Value.Mapping(Dict dict) -> {
                interpreter.limits().allocateItems(dict.size());
                yield new Value.Generator(dict::items);
            }
            case Value other ->
                new Value.Generator(() -> {
                    throw new TemplateException("items needs a dict, found " + Value.typeName(other));
                });
        };
    }

    private static Value fallback(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("default", 0, "default_value", "boolean");
        boolean missing = input instanceof Value.Undefined || (bound.flag("boolean") && !Value.isTrue(input));
        return missing ? bound.or("default_value", Value.Text.EMPTY) : input;
    }
}
