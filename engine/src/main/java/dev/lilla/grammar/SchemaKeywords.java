package dev.lilla.grammar;

import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// The keywords of JSON Schema (draft 2020-12) that are known, and what type each is about. Any other
/// is refused, so that no text is ever less constrained than its schema says.
final class SchemaKeywords {
    /// Say nothing about what is valid.
    static final Set<String> ANNOTATIONS = Set.of(
            "title",
            "description",
            "default",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly",
            "$comment",
            "$schema",
            "$id",
            "$defs",
            "definitions");

    /// Each decides alone, beside annotations.
    static final Set<String> ALONE = Set.of("$ref", "anyOf", "oneOf", "allOf");

    /// Keywords about values of one type, which they imply where a schema names none.
    static final Map<String, String> TYPE_OF = Map.ofEntries(
            Map.entry("properties", "object"),
            Map.entry("required", "object"),
            Map.entry("additionalProperties", "object"),
            Map.entry("items", "array"),
            Map.entry("prefixItems", "array"),
            Map.entry("minItems", "array"),
            Map.entry("maxItems", "array"),
            Map.entry("minLength", "string"),
            Map.entry("maxLength", "string"),
            Map.entry("pattern", "string"),
            Map.entry("format", "string"),
            Map.entry("minimum", "number"),
            Map.entry("maximum", "number"),
            Map.entry("exclusiveMinimum", "number"),
            Map.entry("exclusiveMaximum", "number"));

    static final Set<String> TYPES = Set.of("object", "array", "string", "number", "integer", "boolean", "null");

    private SchemaKeywords() {}

    /// @throws GrammarException if a schema is none, or has a keyword that is not supported
    static void check(JsonNode schema, String pointer) {
        if (!schema.isObject()) {
            throw error(pointer, "expected a schema (an object, true or false), found " + schema.getNodeType());
        }
        for (String keyword : schema.propertyNames()) {
            boolean isKnown = ANNOTATIONS.contains(keyword)
                    || ALONE.contains(keyword)
                    || TYPE_OF.containsKey(keyword)
                    || keyword.equals("type")
                    || keyword.equals("enum")
                    || keyword.equals("const")
                    || (keyword.equals("uniqueItems")
                            && schema.get(keyword).isBoolean()
                            && !schema.get(keyword).asBoolean());
            if (!isKnown) {
                throw error(
                        at(pointer, keyword),
                        "the keyword \"" + keyword + "\" is not supported. Leave it out, and check it afterwards; "
                                + "docs/guide/structured-output.md lists what is supported.");
            }
        }
        String alone = null;
        for (String keyword : schema.propertyNames()) {
            alone = ALONE.contains(keyword) ? keyword : alone;
        }
        for (String keyword : schema.propertyNames()) {
            if (alone != null && !keyword.equals(alone) && !ANNOTATIONS.contains(keyword)) {
                throw error(
                        at(pointer, keyword),
                        "\"" + keyword + "\" beside \"" + alone + "\" is not supported. Put it into what \"" + alone
                                + "\" names.");
            }
        }
    }

    /// The pointer to a member (RFC 6901).
    static String at(String pointer, String name) {
        return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    static GrammarException error(String pointer, String what) {
        return new GrammarException("JSON schema, at \"#" + pointer + "\": " + what);
    }
}
