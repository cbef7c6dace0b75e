package dev.lilla.grammar;

import static dev.lilla.grammar.SchemaKeywords.at;
import static dev.lilla.grammar.SchemaKeywords.error;

import dev.lilla.grammar.Expression.Edge;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Turns the schema of a function's arguments into what a call of it looks like between tags: the declared arguments
/// in their order, those not required left out at will.
///
/// Every schema goes through [SchemaGrammar] as well, so that what is refused for JSON is refused here.
final class TaggedCall {
    private static final String ROOT = "tagged call";
    /// References that lead to references.
    private static final int DEPTH_MAX = 32;

    private final SchemaGrammar json;
    private final CallTags tags;
    private final Expression anyText;
    private int depth;

    private TaggedCall(SchemaGrammar json, CallTags tags) {
        this.json = json;
        this.tags = tags;
        this.anyText = textWithout(tags.valueClosing());
    }

    static RuleSet rules(List<FunctionSchema> functions, CallTags tags) {
        Map<String, Expression> rules = new HashMap<>();
        List<Expression> calls = new ArrayList<>();
        for (FunctionSchema function : functions) {
            SchemaGrammar json =
                    new SchemaGrammar(SchemaSource.parse(function.arguments()), "function " + calls.size() + " ");
            calls.add(Expression.sequence(
                    Expression.text(function.name() + tags.nameClosing() + tags.gap()),
                    new TaggedCall(json, tags).arguments(json.document(), "")));
            rules.putAll(json.rules());
        }
        rules.put(
                ROOT,
                Expression.sequence(
                        JsonSyntax.SPACE,
                        Expression.text(tags.nameOpening()),
                        new Expression.Choice(calls),
                        Expression.text(tags.closing())));
        return new RuleSet(ROOT, rules);
    }

    private Expression arguments(JsonNode schema, String pointer) {
        json.schema(schema, pointer);
        JsonNode object = schema;
        for (int i = 0; object.has("$ref"); i++) {
            if (i == DEPTH_MAX) {
                throw error(pointer, "references lead to references more than " + DEPTH_MAX + " times");
            }
            object = SchemaSource.resolve(json.document(), object.get("$ref").asString(), at(pointer, "$ref"));
        }
        if (!object.isObject() || !Set.of("object", "any").containsAll(SchemaGrammar.types(object, pointer))) {
            throw error(pointer, "the arguments of a function are an object, found a schema of something else");
        }
        JsonNode properties = object.path("properties");
        Set<String> required = new LinkedHashSet<>();
        object.path("required").forEach(name -> required.add(name.asString()));
        List<Edge> edges = new ArrayList<>();
        int node = 0;
        for (String name : properties.propertyNames()) {
            Expression value = value(properties.get(name), at(at(pointer, "properties"), name));
            edges.add(new Edge(node, argument(name, value), node + 1));
            if (!required.remove(name)) {
                edges.add(new Edge(node, Expression.EMPTY, node + 1));
            }
            node++;
        }
        for (String name : required) {
            edges.add(new Edge(node, argument(name, new Expression.Call(JsonSyntax.VALUE)), node + 1));
            node++;
        }
        return new Expression.Network(node + 1, edges);
    }

    private Expression argument(String name, Expression value) {
        String between = tags.valueOpening().isEmpty() ? "" : tags.gap() + tags.valueOpening();
        return Expression.sequence(
                Expression.text(tags.keyOpening() + name + tags.keyClosing() + between + tags.wrap()),
                value,
                Expression.text(tags.wrap() + tags.valueClosing() + tags.gap()));
    }

    /// What a schema allows, strings without their quotes.
    private Expression value(JsonNode schema, String pointer) {
        if (++depth > DEPTH_MAX) {
            throw error(pointer, "schemas refer to schemas more than " + DEPTH_MAX + " deep");
        }
        Expression found = decided(schema, pointer);
        depth--;
        return found;
    }

    private Expression decided(JsonNode schema, String pointer) {
        Expression asJson = json.schema(schema, pointer);
        if (schema.has("$ref")) {
            String target = schema.get("$ref").asString();
            return value(SchemaSource.resolve(json.document(), target, pointer), target.substring(1));
        }
        for (String branches : List.of("anyOf", "oneOf", "allOf")) {
            if (schema.has(branches)) {
                List<Expression> options = new ArrayList<>();
                for (JsonNode branch : schema.get(branches)) {
                    options.add(value(branch, at(at(pointer, branches), String.valueOf(options.size()))));
                }
                return new Expression.Choice(options);
            }
        }
        if (schema.has("const") || schema.has("enum")) {
            List<Expression> options = new ArrayList<>();
            for (JsonNode value : SchemaValues.values(schema, pointer)) {
                options.add(Expression.text(value.isString() ? plain(value, pointer) : SchemaValues.text(value)));
            }
            return new Expression.Choice(options);
        }
        if (!schema.isObject() || !SchemaGrammar.types(schema, pointer).contains("string")) {
            return asJson;
        }
        Expression text = SchemaStrings.content(schema, pointer, CharacterEncoding.PLAIN)
                .<Expression>map(content -> new Expression.Both(content, anyText))
                .orElse(anyText);
        return SchemaGrammar.types(schema, pointer).size() == 1
                ? text
                : Expression.choice(text, json.schema(withoutStrings((ObjectNode) schema), pointer + " but strings"));
    }

    private String plain(JsonNode value, String pointer) {
        String text = value.asString();
        if (text.contains(tags.valueClosing())) {
            throw error(pointer, "the text \"" + text + "\" holds " + tags.valueClosing() + ", which ends a value");
        }
        return text;
    }

    private static JsonNode withoutStrings(ObjectNode schema) {
        ObjectNode others = schema.deepCopy();
        ArrayNode types = others.arrayNode();
        for (String type : SchemaGrammar.types(schema, "")) {
            if (!type.equals("string")) {
                types.add(type);
            }
        }
        others.set("type", types);
        SchemaKeywords.TYPE_OF.forEach((keyword, type) -> {
            if (type.equals("string")) {
                others.remove(keyword);
            }
        });
        return others;
    }

    /// Any text that does not hold another one, which is ASCII: a node for each of its beginnings (Knuth, Morris,
    /// Pratt).
    private static Expression textWithout(String other) {
        int nodes = other.length();
        List<Edge> edges = new ArrayList<>();
        Expression notAscii = CharacterEncoding.utf8(new CodePointSet().add(0x80, Character.MAX_CODE_POINT));
        for (int node = 0; node < nodes; node++) {
            int from = 0;
            for (int c = 1; c <= 0x80; c++) {
                int to = next(other, node, from);
                if (c == 0x80 || next(other, node, c) != to) {
                    if (to < nodes) {
                        edges.add(new Edge(node, new Expression.Bytes(from, c - 1), to));
                    }
                    from = c;
                }
            }
            edges.add(new Edge(node, notAscii, 0));
            edges.add(new Edge(node, Expression.EMPTY, nodes));
        }
        return new Expression.Network(nodes + 1, edges);
    }

    /// How much of the beginning of a text stands at the end of what was read.
    ///
    /// @param before the same before the last character
    private static int next(String text, int before, int c) {
        String read = text.substring(0, before) + (char) c;
        int length = read.length();
        while (length > 0 && !text.startsWith(read.substring(read.length() - length))) {
            length--;
        }
        return length;
    }
}
