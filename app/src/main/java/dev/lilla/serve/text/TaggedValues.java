package dev.lilla.serve.text;

import dev.lilla.serve.http.Json;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What arguments are that were written without quotes: the text itself where the tool's schema wants a string, else
/// JSON where it can be that.
final class TaggedValues {
    private static final int DEPTH_MAX = 32;

    private TaggedValues() {}

    /// @param texts the arguments as they were written
    /// @param schema of the tool
    static ObjectNode typed(ObjectNode texts, ObjectNode schema) {
        JsonNode properties = resolved(schema, schema, 0).path("properties");
        ObjectNode typed = JsonNodeFactory.instance.objectNode();
        texts.properties().forEach(entry -> {
            String text = entry.getValue().asString();
            boolean isText = isText(properties.path(entry.getKey()), schema, 0);
            typed.set(
                    entry.getKey(),
                    isText ? entry.getValue() : json(text).orElseGet(() -> JsonNodeFactory.instance.stringNode(text)));
        });
        return typed;
    }

    /// Whether a schema allows strings alone.
    private static boolean isText(JsonNode schema, ObjectNode document, int depth) {
        if (depth > DEPTH_MAX) {
            return false;
        }
        JsonNode at = resolved(schema, document, depth);
        for (String branches : new String[] {"anyOf", "oneOf", "allOf"}) {
            if (at.path(branches).isArray()) {
                return children(at.get(branches)).allMatch(branch -> isText(branch, document, depth + 1));
            }
        }
        if (at.path("enum").isArray()) {
            return children(at.get("enum")).allMatch(JsonNode::isString);
        }
        if (at.has("const")) {
            return at.get("const").isString();
        }
        JsonNode type = at.path("type");
        return type.isArray()
                ? children(type).allMatch(each -> each.asString("").equals("string"))
                : type.asString("").equals("string");
    }

    private static Stream<JsonNode> children(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    private static JsonNode resolved(JsonNode schema, ObjectNode document, int depth) {
        JsonNode at = schema;
        for (int i = depth; i <= DEPTH_MAX && at.path("$ref").asString("").startsWith("#"); i++) {
            try {
                at = document.at(JsonPointer.compile(at.get("$ref").asString().substring(1)));
            } catch (IllegalArgumentException e) {
                return schema;
            }
        }
        return at;
    }

    /// JSON, or one of the words that Python has for it.
    private static Optional<JsonNode> json(String text) {
        String word = switch (text.strip()) {
            case "True" -> "true";
            case "False" -> "false";
            case "None" -> "null";
            default -> text;
        };
        try {
            JsonNode read = Json.MAPPER.readTree(word);
            return read.isMissingNode() ? Optional.empty() : Optional.of(read);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
