package dev.lilla.template;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What `namespace()` makes: attributes that a template sets anywhere.
final class NamespaceState implements Value.Stateful {
    private final Map<String, Value> attributes = new LinkedHashMap<>();

    NamespaceState(Map<String, Value> attributes) {
        this.attributes.putAll(attributes);
    }

    void set(String name, Value value) {
        attributes.put(name, value);
    }

    @Override
    public String typeName() {
        return "Namespace";
    }

    @Override
    public Optional<Value> attribute(String name) {
        return Optional.ofNullable(attributes.get(name));
    }

    @Override
    public String toString() {
        return "<Namespace>";
    }
}
