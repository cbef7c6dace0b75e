package dev.lilla.evaluate.metric;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// A JSON Schema that answers are held against. References stay within the schema: nothing is fetched.
public final class AnswerSchema {
    private static final int DEPTH_MAX = 64;

    private final JsonNode source;
    private final Schema schema;

    private AnswerSchema(JsonNode source, Schema schema) {
        this.source = source;
        this.schema = schema;
    }

    /// @param name where it comes from, for messages
    /// @throws IllegalArgumentException if it is no schema, or refers to something outside itself
    public static AnswerSchema of(JsonNode source, String name) {
        if (!source.isObject()) {
            throw new IllegalArgumentException(name + ": is no JSON Schema, expected an object");
        }
        requireLocal(source, name, 0);
        try {
            SchemaRegistryConfig config = SchemaRegistryConfig.builder()
                    .regularExpressionFactory(BoundedPattern::of)
                    .build();
            SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
                    SpecificationVersion.DRAFT_2020_12, builder -> builder.schemaRegistryConfig(config));
            Schema schema = registry.getSchema(source);
            schema.initializeValidators();
            return new AnswerSchema(source, schema);
        } catch (SchemaException e) {
            throw new IllegalArgumentException(name + ": is no JSON Schema: " + e.getMessage(), e);
        }
    }

    private static void requireLocal(JsonNode node, String name, int depth) {
        if (depth > DEPTH_MAX) {
            throw new IllegalArgumentException(name + ": is nested deeper than " + DEPTH_MAX + " levels");
        }
        JsonNode reference = node.path("$ref");
        if (reference.isString() && !reference.stringValue().startsWith("#")) {
            throw new IllegalArgumentException(name + ": refers to " + reference.stringValue()
                    + ", and nothing outside the schema is read. Copy it under $defs and refer to \"#/$defs/…\".");
        }
        for (JsonNode child : node) {
            requireLocal(child, name, depth + 1);
        }
    }

    /// The schema as it was given.
    public JsonNode source() {
        return source;
    }

    public boolean isValid(JsonNode value) {
        return schema.validate(value).isEmpty();
    }

    /// What is wrong with a value, one sentence each.
    public List<String> problems(JsonNode value) {
        return schema.validate(value).stream().map(Error::toString).toList();
    }
}
