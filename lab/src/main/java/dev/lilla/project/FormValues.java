package dev.lilla.project;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// The values of a section that the form has found right; empty where the file has none.
record FormValues(Map<String, YamlNode.Entry> entries) {
    private static final FormValues NONE = new FormValues(Map.of());

    static FormValues of(YamlNode.Mapping mapping) {
        return new FormValues(mapping.entries());
    }

    private Optional<YamlNode> value(String key) {
        return Optional.ofNullable(entries.get(key))
                .map(YamlNode.Entry::value)
                .filter(node ->
                        !(node instanceof YamlNode.Scalar scalar && scalar.type() == YamlNode.Scalar.Type.NOTHING));
    }

    FormValues section(String key) {
        return value(key).map(node -> of((YamlNode.Mapping) node)).orElse(NONE);
    }

    /// The sections of a list, a single section being a list of one.
    List<FormValues> sections(String key) {
        return value(key)
                .map(node -> switch (node) {
                    case YamlNode.Items items ->
                        items.values().stream()
                                .map(item -> of((YamlNode.Mapping) item))
                                .toList();
                    case YamlNode.Mapping mapping -> List.of(of(mapping));
                    case YamlNode.Scalar _ -> List.<FormValues>of();
                })
                .orElse(List.of());
    }

    Optional<Place> place(String key) {
        return Optional.ofNullable(entries.get(key)).map(entry -> entry.value().place());
    }

    boolean has(String key) {
        return value(key).isPresent();
    }

    Optional<String> text(String key) {
        return value(key).map(node -> ((YamlNode.Scalar) node).text());
    }

    OptionalDouble number(String key) {
        return text(key).map(Double::parseDouble).map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
    }

    OptionalInt whole(String key) {
        return text(key).map(Integer::parseInt).map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    /// The values of a list, a single value being a list of one; nothing where the key is missing.
    Optional<List<String>> texts(String key) {
        return value(key).map(node -> switch (node) {
            case YamlNode.Items items ->
                items.values().stream()
                        .map(item -> ((YamlNode.Scalar) item).text())
                        .toList();
            case YamlNode.Scalar scalar -> List.of(scalar.text());
            case YamlNode.Mapping _ -> List.of();
        });
    }
}
