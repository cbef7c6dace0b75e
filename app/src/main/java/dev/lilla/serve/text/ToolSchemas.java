package dev.lilla.serve.text;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Schemas of calls, made of the schemas of the tools.
final class ToolSchemas {
    private static final String DEFINITIONS = "$defs";
    /// Of ids that models make up for their calls.
    private static final int ID_LENGTH_MAX = 64;

    private ToolSchemas() {}

    /// An object with the name of one of the tools, and then its arguments.
    ///
    /// @param arguments what these are called
    static ObjectNode call(List<ToolChoice.Tool> tools, String arguments) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.set("anyOf", calls(tools, arguments, schema.putObject(DEFINITIONS), false));
        return schema;
    }

    /// One such object or several, where each may also have an id.
    static ObjectNode calls(List<ToolChoice.Tool> tools, String arguments) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.put("type", "array").put("minItems", 1);
        ArrayNode calls = calls(tools, arguments, schema.putObject(DEFINITIONS), true);
        schema.putObject("items").set("anyOf", calls);
        return schema;
    }

    private static ArrayNode calls(
            List<ToolChoice.Tool> tools, String arguments, ObjectNode definitions, boolean mayHaveId) {
        ArrayNode calls = JsonNodeFactory.instance.arrayNode();
        for (ToolChoice.Tool tool : tools) {
            String name = "tool" + definitions.size();
            String pointer = "#/" + DEFINITIONS + "/" + name;
            ObjectNode call = calls.addObject().put("type", "object").put("additionalProperties", false);
            ObjectNode properties = call.putObject("properties");
            properties.putObject("name").put("const", tool.name());
            properties.putObject(arguments).put("$ref", pointer);
            if (mayHaveId) {
                properties.putObject("id").put("type", "string").put("maxLength", ID_LENGTH_MAX);
            }
            call.putArray("required").add("name").add(arguments);
            definitions.set(name, moved(tool.parameters(), pointer));
        }
        return calls;
    }

    /// A schema that has become part of another one, with pointers to where its parts are now.
    private static JsonNode moved(JsonNode schema, String pointer) {
        JsonNode copy = schema.deepCopy();
        move(copy, pointer);
        return copy;
    }

    private static void move(JsonNode node, String pointer) {
        if (node instanceof ObjectNode object) {
            JsonNode reference = object.get("$ref");
            if (reference != null
                    && reference.isString()
                    && reference.stringValue().startsWith("#")) {
                object.put("$ref", pointer + reference.stringValue().substring(1));
            }
        }
        node.forEach(child -> move(child, pointer));
    }

    /// A value with the properties of its objects in the order that a schema declares them, as grammars have them.
    static JsonNode ordered(JsonNode value, JsonNode schema) {
        if (value instanceof ObjectNode object) {
            JsonNode properties = schema.path("properties");
            ObjectNode ordered = JsonNodeFactory.instance.objectNode();
            properties.propertyNames().forEach(name -> {
                if (object.has(name)) {
                    ordered.set(name, ordered(object.get(name), properties.get(name)));
                }
            });
            object.properties().forEach(entry -> ordered.putIfAbsent(entry.getKey(), entry.getValue()));
            return ordered;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode ordered = JsonNodeFactory.instance.arrayNode();
            array.forEach(item -> ordered.add(ordered(item, schema.path("items"))));
            return ordered;
        }
        return value;
    }
}
