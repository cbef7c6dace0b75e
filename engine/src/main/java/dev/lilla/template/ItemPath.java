package dev.lilla.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the argument `attribute` of a filter selects: `a.b.0` goes from item to item; None is the item itself.
final class ItemPath {
    private final List<Value> keys;
    private final Value fallback;

    private ItemPath(List<Value> keys, Value fallback) {
        this.keys = keys;
        this.fallback = fallback;
    }

    static ItemPath of(Value attribute) {
        return switch (attribute) {
            case Value.None none -> new ItemPath(List.of(), Value.None.NONE);
            case Value.Int index -> new ItemPath(List.of(index), Value.None.NONE);
            case Value.Text(String path, boolean unusedPath) -> {
                List<Value> keys = new ArrayList<>();
                for (String part : TextSplitting.split(path, Optional.of("."), -1)) {
                    boolean index = !part.isEmpty() && part.chars().allMatch(Character::isDigit);
                    keys.add(index ? new Value.Int(new BigInteger(part)) : new Value.Text(part));
                }
                yield new ItemPath(keys, Value.None.NONE);
            }
            case Value other ->
                throw new TemplateException("an attribute is a str or an int, found " + Value.typeName(other));
        };
    }

    /// The paths that a text joins with commas.
    static List<ItemPath> all(Value attribute) {
        if (!(attribute instanceof Value.Text(String paths, boolean unusedPaths))) {
            return List.of(of(attribute));
        }
        return TextSplitting.split(paths, Optional.of(","), -1).stream()
                .map(path -> of(new Value.Text(path)))
                .toList();
    }

    /// The same path with what stands for an undefined end; None for none.
    ItemPath orElse(Value replacement) {
        return new ItemPath(keys, replacement);
    }

    Value from(Value item, Interpreter interpreter) {
        Value value = item;
        for (Value key : keys) {
            interpreter.limits().step();
            value = interpreter.attributes().item(value, key);
            if (fallback != Value.None.NONE && value instanceof Value.Undefined) {
                value = fallback;
            }
        }
        return value;
    }
}
