package dev.lilla.grammar;

import static dev.lilla.grammar.SchemaKeywords.at;
import static dev.lilla.grammar.SchemaKeywords.error;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// Tells whether the branches of `oneOf` exclude each other, so that a value of one is a value of no other: by their
/// types, by the values they list, or by a required property whose listed values tell objects apart.
final class SchemaBranches {
    /// References followed from one branch.
    private static final int REFERENCES_MAX = 16;

    private static final Set<String> ALL_TYPES = Set.of("object", "array", "string", "number", "boolean", "null");

    private final JsonNode document;

    SchemaBranches(JsonNode document) {
        this.document = document;
    }

    /// @throws GrammarException if two branches may have a value in common
    void requireDisjoint(JsonNode branches, String pointer) {
        for (int i = 0; i < branches.size(); i++) {
            for (int j = i + 1; j < branches.size(); j++) {
                if (!areDisjoint(followed(branches.get(i), pointer), followed(branches.get(j), pointer))) {
                    throw error(
                            at(pointer, String.valueOf(j)),
                            "it cannot be told that no value is allowed by both branches " + i + " and " + j
                                    + ". Use anyOf, or give them different types, or a required property with a "
                                    + "different const in each.");
                }
            }
        }
    }

    private JsonNode followed(JsonNode schema, String pointer) {
        JsonNode at = schema;
        for (int i = 0; i < REFERENCES_MAX && at.has("$ref"); i++) {
            at = SchemaSource.resolve(document, at.get("$ref").asString(), pointer);
        }
        return at;
    }

    private boolean areDisjoint(JsonNode left, JsonNode right) {
        Optional<Set<String>> leftValues = values(left);
        Optional<Set<String>> rightValues = values(right);
        if (leftValues.isPresent() && rightValues.isPresent()) {
            return isDisjoint(leftValues.get(), rightValues.get());
        }
        Set<String> leftTypes = written(left);
        Set<String> rightTypes = written(right);
        if (isDisjoint(leftTypes, allowed(right)) && isDisjoint(rightTypes, allowed(left))) {
            return true;
        }
        return leftTypes.equals(Set.of("object")) && rightTypes.equals(Set.of("object")) && differ(left, right);
    }

    private static boolean isDisjoint(Set<String> left, Set<String> right) {
        Set<String> common = new HashSet<>(left);
        common.retainAll(right);
        return common.isEmpty();
    }

    /// Whether a property is required by both and has different listed values.
    private boolean differ(JsonNode left, JsonNode right) {
        JsonNode properties = left.get("properties");
        if (properties == null || !right.path("properties").isObject()) {
            return false;
        }
        for (String name : properties.propertyNames()) {
            JsonNode other = right.get("properties").get(name);
            if (other != null && isRequired(left, name) && isRequired(right, name)) {
                Optional<Set<String>> here = values(properties.get(name));
                Optional<Set<String>> there = values(other);
                if (here.isPresent() && there.isPresent() && isDisjoint(here.get(), there.get())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isRequired(JsonNode schema, String name) {
        for (JsonNode required : schema.path("required")) {
            if (required.isString() && required.asString().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /// The values a schema lists; numbers of equal value are the same.
    private static Optional<Set<String>> values(JsonNode schema) {
        if (!schema.has("const") && !schema.has("enum")) {
            return Optional.empty();
        }
        Set<String> values = new TreeSet<>();
        for (JsonNode value : SchemaValues.values(schema, "")) {
            if (value.isContainer()) {
                return Optional.empty();
            }
            values.add(
                    value.isNumber() ? value.decimalValue().stripTrailingZeros().toString() : SchemaValues.text(value));
        }
        return Optional.of(values);
    }

    /// The types of values that a schema allows: without a type, keywords about one type let any other pass.
    private static Set<String> allowed(JsonNode schema) {
        boolean isClosed = schema.has("type") || schema.has("const") || schema.has("enum");
        return isClosed ? written(schema) : new TreeSet<>(ALL_TYPES);
    }

    /// The types of values that are written for a schema; an integer counts as a number.
    private static Set<String> written(JsonNode schema) {
        Set<String> types = new TreeSet<>();
        if (schema.has("const") || schema.has("enum")) {
            SchemaValues.values(schema, "").forEach(value -> types.add(SchemaValues.typeOf(value)));
            return types;
        }
        JsonNode type = schema.get("type");
        if (type == null) {
            for (String keyword : schema.propertyNames()) {
                String implied = SchemaKeywords.TYPE_OF.get(keyword);
                types.addAll(implied == null ? Set.of() : Set.of(implied));
            }
            boolean isOpen = types.isEmpty() || SchemaKeywords.ALONE.stream().anyMatch(schema::has);
            return isOpen ? new TreeSet<>(ALL_TYPES) : types;
        }
        for (JsonNode each : type.isArray() ? type : List.of(type)) {
            types.add(each.asString().equals("integer") ? "number" : each.asString());
        }
        return types;
    }
}
