package dev.lilla.template;

import dev.lilla.template.Value.Undefined;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Attributes, items and slices, as Jinja's immutable sandbox reaches them: `a.b` is a method first and an item then,
/// `a['b']` the other way around, and what is in neither place is undefined. Methods that would change a value, and
/// names with two underscores on both sides, are undefined with a reason.
final class Attributes {
    private static final Set<String> CHANGES_LIST =
            Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");
    private static final Set<String> CHANGES_DICT = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private final Limits limits;

    Attributes(Limits limits) {
        this.limits = limits;
    }

    /// `target.name`
    Value attribute(Value target, String name) {
        refuseUndefined(target);
        return member(target, name)
                .or(() -> target instanceof Value.Mapping(Dict entries) ? entries.find(name) : Optional.empty())
                .orElseGet(() -> missing(target, name));
    }

    /// `target.name`, without items.
    Value member(Value target, Value name) {
        refuseUndefined(target);
        if (!(name instanceof Value.Text(String text, boolean unusedText))) {
            return new Undefined("an attribute name is a str, found " + Value.typeName(name));
        }
        return member(target, text).orElseGet(() -> missing(target, text));
    }

    /// `target[key]`
    Value item(Value target, Value key) {
        refuseUndefined(target);
        Value found = find(target, key);
        if (found != null) {
            return found;
        }
        if (key instanceof Value.Text(String name, boolean unusedName)) {
            return member(target, name).orElseGet(() -> missing(target, name));
        }
        return new Undefined("a " + Value.typeName(target) + " has no such item");
    }

    private @Nullable Value find(Value target, Value key) {
        return switch (target) {
            case Value.Mapping(Dict entries) ->
                key instanceof Value.Sequence || key instanceof Value.Mapping
                        ? null
                        : entries.find(key).orElse(null);
            case Value.Sequence(List<Value> items) -> at(items, key);
            case Value.Tuple(List<Value> items, List<String> names) -> at(items, key);
            case Value.Range range -> at(Iteration.elements(range, limits), key);
            case Value.Text text -> character(text, key);
            case Value other -> null;
        };
    }

    private static @Nullable Value at(List<Value> items, Value key) {
        int index = index(key, items.size());
        return index < 0 ? null : items.get(index);
    }

    private @Nullable Value character(Value.Text text, Value key) {
        limits.read(text.value().length());
        int index = index(key, Characters.length(text.value()));
        return index < 0 ? null : new Value.Text(Characters.slice(text.value(), index, index + 1), text.markup());
    }

    /// The place a Python index means in a sequence of `length`, or -1.
    private static int index(Value key, int length) {
        BigInteger integer = Arithmetic.integer(key);
        if (integer == null || integer.bitLength() > 31) {
            return -1;
        }
        int index = integer.intValue() < 0 ? integer.intValue() + length : integer.intValue();
        return index < length ? Math.max(index, -1) : -1;
    }

    private Optional<Value> member(Value target, String name) {
        if (name.startsWith("__") && name.endsWith("__")) {
            return Optional.of(unsafe(target, name));
        }
        return switch (target) {
            case Value.Text text -> TextMethods.find(text, name);
            case Value.Mapping(Dict entries) ->
                CHANGES_DICT.contains(name) ? Optional.of(unsafe(target, name)) : CollectionMethods.find(entries, name);
            case Value.Sequence(List<Value> items) ->
                CHANGES_LIST.contains(name)
                        ? Optional.of(unsafe(target, name))
                        : CollectionMethods.find(items, name, target);
            case Value.Tuple(List<Value> items, List<String> names) ->
                names.contains(name)
                        ? Optional.of(items.get(names.indexOf(name)))
                        : CollectionMethods.find(items, name, target);
            case Value.Range range -> CollectionMethods.find(Iteration.elements(range, limits), name, target);
            case Value.Stateful stateful -> stateful.attribute(name);
            case Value.Real(double number)
            when name.equals("is_integer") ->
                Optional.of(new Value.Function(name, (arguments, interpreter) -> {
                    arguments.none(name);
                    return Value.Bool.of(number == Math.rint(number) && !Double.isInfinite(number));
                }));
            case Value other -> Optional.empty();
        };
    }

    private static Undefined unsafe(Value target, String name) {
        return new Undefined("access to attribute '" + name + "' of a " + Value.typeName(target) + " is unsafe");
    }

    private static Undefined missing(Value target, String name) {
        return new Undefined("a " + Value.typeName(target) + " has no attribute '" + name + "'");
    }

    private static void refuseUndefined(Value target) {
        if (target instanceof Undefined(String problem)) {
            throw new TemplateException(problem);
        }
    }

    /// `target[start:stop:step]`; None or nothing for a bound means the end.
    Value slice(Value target, Value start, Value stop, Value step) {
        refuseUndefined(target);
        return switch (target) {
            case Value.Text(String text, boolean unusedText) -> {
                limits.allocate(text.length());
                int[] codePoints = text.codePoints().toArray();
                StringBuilder sliced = new StringBuilder();
                for (int index : indexes(codePoints.length, start, stop, step)) {
                    sliced.appendCodePoint(codePoints[index]);
                }
                yield HtmlText.like(target, new Value.Text(sliced.toString()));
            }
            case Value.Sequence(List<Value> items) -> new Value.Sequence(slice(items, start, stop, step));
            case Value.Tuple(List<Value> items, List<String> names) ->
                new Value.Tuple(slice(items, start, stop, step), List.of());
            case Value.Range range -> {
                int[] indexes = indexes(range.length(), start, stop, step);
                long stride = step == Value.None.NONE ? 1 : bound(step, 1);
                long first = indexes.length == 0 ? 0 : range.start() + range.step() * indexes[0];
                long newStep = range.step() * stride;
                yield new Value.Range(first, first + newStep * indexes.length, newStep, indexes.length);
            }
            case Value other -> throw new TemplateException("a " + Value.typeName(other) + " cannot be sliced");
        };
    }

    private List<Value> slice(List<Value> items, Value start, Value stop, Value step) {
        int[] indexes = indexes(items.size(), start, stop, step);
        List<Value> sliced = new ArrayList<>(indexes.length);
        for (int index : indexes) {
            sliced.add(items.get(index));
        }
        return sliced;
    }

    private int[] indexes(int length, Value start, Value stop, Value step) {
        int stride = bound(step, 1);
        if (stride == 0) {
            throw new TemplateException("slice step cannot be zero");
        }
        int lowest = stride > 0 ? 0 : -1;
        int highest = stride > 0 ? length : length - 1;
        int from = clamp(bound(start, stride > 0 ? 0 : Integer.MAX_VALUE), start, length, lowest, highest);
        int to = clamp(bound(stop, stride > 0 ? Integer.MAX_VALUE : -1), stop, length, lowest, highest);
        long distance = stride > 0 ? (long) to - from : (long) from - to;
        long count = distance <= 0 ? 0 : (distance - 1) / Math.abs((long) stride) + 1;
        limits.allocateItems(count);
        int[] indexes = new int[(int) count];
        for (int i = 0; i < count; i++) {
            indexes[i] = from + i * stride;
        }
        return indexes;
    }

    private static int clamp(int bound, Value given, int length, int lowest, int highest) {
        long shifted = bound < 0 && given != Value.None.NONE ? (long) bound + length : bound;
        return Math.clamp(shifted, lowest, highest);
    }

    private static int bound(Value value, int fallback) {
        if (value == Value.None.NONE) {
            return fallback;
        }
        BigInteger integer = Arithmetic.integer(value);
        if (integer == null) {
            throw new TemplateException("slice bounds are ints, found " + Value.typeName(value));
        }
        BigInteger limit = BigInteger.valueOf(Integer.MAX_VALUE);
        return integer.min(limit).max(limit.negate()).intValue();
    }
}
