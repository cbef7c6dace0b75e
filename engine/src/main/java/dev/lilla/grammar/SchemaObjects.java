package dev.lilla.grammar;

import static dev.lilla.grammar.SchemaKeywords.at;
import static dev.lilla.grammar.SchemaKeywords.error;

import dev.lilla.grammar.Expression.Edge;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Objects of a schema: the declared properties in their order, then others where they are allowed.
final class SchemaObjects {
    private final SchemaGrammar grammar;

    SchemaObjects(SchemaGrammar grammar) {
        this.grammar = grammar;
    }

    /// A property with its value, without a comma.
    private record Member(Expression text, boolean required) {}

    Expression expression(JsonNode schema, String pointer) {
        JsonNode properties = schema.get("properties");
        if (properties != null && !properties.isObject()) {
            throw error(at(pointer, "properties"), "expected an object of schemas");
        }
        Set<String> required = required(schema, pointer);
        Expression others = others(schema, pointer);
        List<Member> members = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        if (properties != null) {
            for (String name : properties.propertyNames()) {
                JsonNode property = properties.get(name);
                if (property.isBoolean() && !property.asBoolean() && !required.contains(name)) {
                    names.add(name);
                    continue;
                }
                Expression value = grammar.schema(property, at(at(pointer, "properties"), name));
                members.add(new Member(member(name, value), required.contains(name)));
                names.add(name);
            }
        }
        for (String name : required) {
            if (names.add(name)) {
                if (others == null) {
                    throw error(
                            at(pointer, "required"),
                            "\"" + name + "\" is required, but not among the properties. Declare it.");
                }
                members.add(new Member(member(name, others), true));
            }
        }
        Expression more = others == null
                ? null
                : Expression.sequence(
                        Expression.text("\""), OtherNames.than(names), Expression.text("\""), JsonSyntax.COLON, others);
        return Expression.sequence(Expression.text("{"), JsonSyntax.SPACE, body(members, more), Expression.text("}"));
    }

    private static Expression member(String name, Expression value) {
        return Expression.sequence(Expression.text(CharacterEncoding.quote(name)), JsonSyntax.COLON, value);
    }

    private static Set<String> required(JsonNode schema, String pointer) {
        Set<String> required = new LinkedHashSet<>();
        JsonNode list = schema.get("required");
        if (list != null && !list.isArray()) {
            throw error(at(pointer, "required"), "expected a list of names");
        }
        for (int i = 0; list != null && i < list.size(); i++) {
            if (!list.get(i).isString()) {
                throw error(at(at(pointer, "required"), String.valueOf(i)), "expected a name");
            }
            required.add(list.get(i).asString());
        }
        return required;
    }

    /// Values of properties that are not declared; null for none. Where a schema declares properties
    /// and says nothing of others, none are written.
    private @Nullable Expression others(JsonNode schema, String pointer) {
        JsonNode others = schema.get("additionalProperties");
        if (others == null) {
            return schema.has("properties") ? null : new Expression.Call(JsonSyntax.VALUE);
        }
        return others.isBoolean() && !others.asBoolean()
                ? null
                : grammar.schema(others, at(pointer, "additionalProperties"));
    }

    /// Two tracks of nodes, one for each number of properties passed: nothing is written yet, or
    /// something is and a comma has to come first.
    private static Expression body(List<Member> members, @Nullable Expression more) {
        int count = members.size();
        int end = 2 * (count + 1);
        List<Edge> edges = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Expression text = members.get(i).text();
            edges.add(new Edge(2 * i, text, 2 * (i + 1) + 1));
            edges.add(new Edge(2 * i + 1, Expression.sequence(JsonSyntax.COMMA, text), 2 * (i + 1) + 1));
            if (!members.get(i).required()) {
                edges.add(new Edge(2 * i, Expression.EMPTY, 2 * (i + 1)));
                edges.add(new Edge(2 * i + 1, Expression.EMPTY, 2 * (i + 1) + 1));
            }
        }
        if (more != null) {
            edges.add(new Edge(2 * count, more, 2 * count + 1));
            edges.add(new Edge(2 * count + 1, Expression.sequence(JsonSyntax.COMMA, more), 2 * count + 1));
        }
        edges.add(new Edge(2 * count, Expression.EMPTY, end));
        edges.add(new Edge(2 * count + 1, JsonSyntax.SPACE, end));
        return new Expression.Network(end + 1, edges);
    }
}
