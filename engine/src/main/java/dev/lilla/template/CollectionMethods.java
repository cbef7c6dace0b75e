package dev.lilla.template;

import java.util.List;
import java.util.Optional;

/// The methods of Python's dicts, lists and tuples that change nothing.
final class CollectionMethods {
    private CollectionMethods() {}

    static Optional<Value> find(Dict dict, String name) {
        Value.Callable body = switch (name) {
            case "get" ->
                (arguments, interpreter) -> {
                    Arguments.Bound bound = arguments.unnamed("get").bind("get", 1, "key", "default");
                    return dict.find(bound.get("key")).orElseGet(() -> bound.get("default"));
                };
            case "items" ->
                (arguments, interpreter) -> {
                    arguments.none(name);
                    interpreter.limits().allocateItems(dict.size());
                    return new Value.View("dict_items", dict.items());
                };
            case "keys" ->
                (arguments, interpreter) -> {
                    arguments.none(name);
                    interpreter.limits().allocateItems(dict.size());
                    return new Value.View("dict_keys", dict.keys());
                };
            case "values" ->
                (arguments, interpreter) -> {
                    arguments.none(name);
                    interpreter.limits().allocateItems(dict.size());
                    return new Value.View("dict_values", dict.values());
                };
            case "copy" ->
                (arguments, interpreter) -> {
                    arguments.none(name);
                    return new Value.Mapping(dict);
                };
            default -> null;
        };
        return Optional.ofNullable(body).map(found -> new Value.Function(name, found));
    }

    /// The methods of a list or tuple, `self`.
    static Optional<Value> find(List<Value> items, String name, Value self) {
        Value.Callable body = switch (name) {
            case "count" ->
                (arguments, interpreter) -> {
                    Value wanted =
                            arguments.unnamed("count").bind("count", 1, "value").get("value");
                    return Value.Int.of(items.stream()
                            .filter(item -> interpreter.comparison().equal(item, wanted))
                            .count());
                };
            case "index" ->
                (arguments, interpreter) -> {
                    Value wanted =
                            arguments.unnamed("index").bind("index", 1, "value").get("value");
                    for (int i = 0; i < items.size(); i++) {
                        if (interpreter.comparison().equal(items.get(i), wanted)) {
                            return Value.Int.of(i);
                        }
                    }
                    throw new TemplateException("the value is not in the " + Value.typeName(self));
                };
            case "copy" ->
                !(self instanceof Value.Sequence)
                        ? null
                        : (arguments, interpreter) -> {
                            arguments.none(name);
                            return self;
                        };
            default -> null;
        };
        return Optional.ofNullable(body).map(found -> new Value.Function(name, found));
    }
}
