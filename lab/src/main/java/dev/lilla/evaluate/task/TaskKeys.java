package dev.lilla.evaluate.task;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// The keys of a task file, with messages that name file and key.
///
/// @param file for messages, and for paths beside it
record TaskKeys(JsonNode tree, Path file) {
    /// @throws IllegalArgumentException if there are keys that nothing would read
    void requireOnly(String... known) {
        Set<String> unknown = new TreeSet<>(tree.propertyNames());
        unknown.removeAll(Set.of(known));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    file + ": the key '" + unknown.iterator().next() + "' is not known here. Known are: "
                            + String.join(", ", new TreeSet<>(Set.of(known))) + ".");
        }
    }

    Optional<String> optional(String key) {
        JsonNode value = tree.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (value.isContainer()) {
            throw wrong(key, "is a list or a group of keys, expected a text");
        }
        return Optional.of(value.asString());
    }

    String required(String key) {
        return optional(key)
                .orElseThrow(() -> new IllegalArgumentException(file + ": the key '" + key + "' is missing."));
    }

    Optional<Template> optionalTemplate(String key) {
        return optional(key).map(source -> Template.of(source, file + ": '" + key + "'"));
    }

    Template template(String key) {
        return Template.of(required(key), file + ": '" + key + "'");
    }

    int number(String key, int fallback) {
        JsonNode value = tree.path(key);
        if (value.isMissingNode()) {
            return fallback;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw wrong(key, "is " + value + ", expected a whole number of 0 or more");
        }
        return value.intValue();
    }

    double decimal(String key, double fallback) {
        JsonNode value = tree.path(key);
        if (!value.isMissingNode() && !value.isNumber()) {
            throw wrong(key, "is " + value + ", expected a number");
        }
        return value.asDouble(fallback);
    }

    /// A list, or one text in place of a list of one; empty if the key is not there.
    List<String> list(String key) {
        JsonNode value = tree.path(key);
        List<String> texts = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(member -> texts.add(member.asString()));
        } else {
            optional(key).ifPresent(texts::add);
        }
        return texts;
    }

    Optional<Path> path(String key) {
        return optional(key).map(this::beside);
    }

    /// Paths are those from the folder of the task file.
    Path beside(String path) {
        return file.toAbsolutePath().resolveSibling(path);
    }

    <E extends Enum<E>> E choice(String key, Class<E> type, E fallback) {
        Optional<String> value = optional(key);
        if (value.isEmpty()) {
            return fallback;
        }
        List<String> names = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            String name = constant.name().toLowerCase(Locale.ROOT);
            if (name.equals(value.get())) {
                return constant;
            }
            names.add(name);
        }
        throw wrong(key, "is '" + value.get() + "', expected one of " + String.join(", ", names));
    }

    IllegalArgumentException wrong(String key, String what) {
        return new IllegalArgumentException(file + ": the key '" + key + "' " + what + ".");
    }
}
