package dev.lilla.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a caller passes to a template, as values of its language: JSON nodes, and Java's own maps, collections, texts,
/// numbers and booleans.
final class ContextValues {
    /// Jackson reads no deeper JSON either unless told to.
    static final int NESTING_MAX = 300;

    private ContextValues() {}

    static Map<String, Value> of(Map<String, ?> context) {
        Map<String, Value> values = new LinkedHashMap<>();
        context.forEach((name, value) -> values.put(name, of(value, 0)));
        return values;
    }

    static Map<String, Value> of(JsonNode context) {
        if (!context.isObject()) {
            throw new IllegalArgumentException("a template's context is a JSON object, found " + context.getNodeType());
        }
        Map<String, Value> values = new LinkedHashMap<>();
        context.properties().forEach(property -> values.put(property.getKey(), of(property.getValue(), 0)));
        return values;
    }

    private static Value of(@Nullable Object value, int depth) {
        if (depth > NESTING_MAX) {
            throw new IllegalArgumentException("a template's context nests more than " + NESTING_MAX + " levels deep");
        }
        return switch (value) {
            case null -> Value.None.NONE;
            case JsonNode node -> json(node, depth);
            case Boolean flag -> Value.Bool.of(flag);
            case Double real -> new Value.Real(real);
            case Float real -> new Value.Real(real);
            case BigDecimal real -> new Value.Real(real.doubleValue());
            case BigInteger integer -> new Value.Int(integer);
            case Number integer -> Value.Int.of(integer.longValue());
            case CharSequence text -> new Value.Text(text.toString());
            case Collection<?> items -> {
                List<Value> converted = new ArrayList<>(items.size());
                items.forEach(item -> converted.add(of(item, depth + 1)));
                yield new Value.Sequence(converted);
            }
            case Map<?, ?> map -> {
                List<Dict.Entry> entries = new ArrayList<>(map.size());
                map.forEach((key, item) -> entries.add(new Dict.Entry(of(key, depth + 1), of(item, depth + 1))));
                yield new Value.Mapping(Dict.of(entries));
            }
            default ->
                throw new IllegalArgumentException("a template's context cannot hold a "
                        + value.getClass().getName() + "; pass JSON, maps, collections, texts, numbers or booleans");
        };
    }

    private static Value json(JsonNode node, int depth) {
        return switch (node.getNodeType()) {
            case STRING -> new Value.Text(node.stringValue());
            case BOOLEAN -> Value.Bool.of(node.booleanValue());
            case NUMBER ->
                node.isIntegralNumber() ? new Value.Int(node.bigIntegerValue()) : new Value.Real(node.doubleValue());
            case ARRAY -> {
                List<Value> items = new ArrayList<>(node.size());
                node.forEach(item -> items.add(of(item, depth + 1)));
                yield new Value.Sequence(items);
            }
            case OBJECT -> {
                List<Dict.Entry> entries = new ArrayList<>(node.size());
                node.properties()
                        .forEach(property -> entries.add(
                                new Dict.Entry(new Value.Text(property.getKey()), of(property.getValue(), depth + 1))));
                yield new Value.Mapping(Dict.of(entries));
            }
            case NULL, MISSING -> Value.None.NONE;
            case BINARY, POJO ->
                throw new IllegalArgumentException("a template's context cannot hold a JSON " + node.getNodeType());
        };
    }

    /// The entries of a dict whose keys are all texts, as `**dict` needs them.
    static Map<String, Value> named(Value dict) {
        if (!(dict instanceof Value.Mapping(Dict entries))) {
            throw new TemplateException("'**' needs a dict, found " + Value.typeName(dict));
        }
        Map<String, Value> named = new LinkedHashMap<>();
        for (Dict.Entry entry : entries.entries()) {
            if (!(entry.key() instanceof Value.Text(String name, boolean unusedName))) {
                throw new TemplateException("'**' needs keys that are strs, found " + Value.typeName(entry.key()));
            }
            named.put(name, entry.value());
        }
        return named;
    }
}
