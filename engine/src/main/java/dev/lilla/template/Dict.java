package dev.lilla.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A Python dict: insertion order, and `1`, `1.0` and `true` are one key.
final class Dict {
    record Entry(Value key, Value value) {}

    static final Dict EMPTY = new Dict(Map.of());

    private final Map<Object, Entry> entries;

    private Dict(Map<Object, Entry> entries) {
        this.entries = entries;
    }

    static Dict of(Collection<Entry> pairs) {
        Map<Object, Entry> entries = new LinkedHashMap<>();
        for (Entry pair : pairs) {
            // A later pair replaces the value, and the first key stays.
            entries.merge(hashable(pair.key()), pair, (old, added) -> new Entry(old.key(), added.value()));
        }
        return new Dict(Collections.unmodifiableMap(entries));
    }

    /// A dict of `named`, in its order.
    static Dict of(Map<String, Value> named) {
        List<Entry> pairs = new ArrayList<>();
        named.forEach((name, value) -> pairs.add(new Entry(new Value.Text(name), value)));
        return of(pairs);
    }

    Optional<Value> find(Value key) {
        return Optional.ofNullable(entries.get(hashable(key))).map(Entry::value);
    }

    Optional<Value> find(String key) {
        return Optional.ofNullable(entries.get(key)).map(Entry::value);
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    List<Value> keys() {
        return entries.values().stream().map(Entry::key).toList();
    }

    List<Value> values() {
        return entries.values().stream().map(Entry::value).toList();
    }

    /// The pairs as tuples.
    List<Value> items() {
        List<Value> items = new ArrayList<>(entries.size());
        entries.values().forEach(entry -> items.add(Value.Tuple.of(entry.key(), entry.value())));
        return List.copyOf(items);
    }

    int size() {
        return entries.size();
    }

    /// What stands for a value among keys: equal for values that Python calls equal.
    static Object hashable(Value value) {
        return switch (value) {
            case Value.Text text -> text.value();
            case Value.Bool bool -> bool.value() ? BigInteger.ONE : BigInteger.ZERO;
            case Value.Int integer -> integer.value();
            case Value.Real real -> hashable(real.value());
            case Value.Tuple tuple -> tuple.items().stream().map(Dict::hashable).toList();
            case Value.Sequence sequence -> throw unhashable(value);
            case Value.Mapping mapping -> throw unhashable(value);
            case Value.View view -> throw unhashable(value);
            case Value.None none -> none;
            case Value.Range range -> range;
            case Value.Undefined undefined -> Value.Undefined.class;
            case Value.Function function -> function;
            case Value.Generator generator -> generator;
            case Value.Stateful stateful -> stateful;
        };
    }

    private static Object hashable(double value) {
        boolean whole = value == Math.rint(value) && !Double.isInfinite(value);
        return whole ? new BigDecimal(value).toBigInteger() : (Object) value;
    }

    private static TemplateException unhashable(Value value) {
        return new TemplateException("a " + Value.typeName(value) + " cannot be a key");
    }
}
