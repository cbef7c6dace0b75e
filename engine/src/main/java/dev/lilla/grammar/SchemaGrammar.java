package dev.lilla.grammar;

import static dev.lilla.grammar.SchemaKeywords.at;
import static dev.lilla.grammar.SchemaKeywords.error;

import dev.lilla.grammar.NumberGrammar.Bound;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Turns a JSON schema into rules for the JSON texts it allows.
///
/// Objects, arrays and strings become rules of their own, so that what is known of a rule serves wherever it stands.
final class SchemaGrammar {
    private static final String ROOT = "root";

    private final JsonNode document;
    /// Before the names of its rules, where several schemas share a grammar.
    private final String prefix;
    private final Map<String, Expression> rules = new HashMap<>(JsonSyntax.rules());
    /// Names of rules by what they are about: a pointer that is referred to, or a type and its schema.
    private final Map<String, String> references = new HashMap<>();

    private final Map<TypedSchema, String> typed = new HashMap<>();
    private int depth;

    private record TypedSchema(String type, JsonNode schema) {}

    /// @param prefix before the names of its rules
    SchemaGrammar(JsonNode document, String prefix) {
        this.document = document;
        this.prefix = prefix;
    }

    /// @throws GrammarException if it is no schema, or not of the supported kind
    static RuleSet rules(String schema) {
        SchemaGrammar grammar = new SchemaGrammar(SchemaSource.parse(schema), "");
        grammar.rules.put(ROOT, grammar.schema(grammar.document, ""));
        return new RuleSet(ROOT, grammar.rules);
    }

    JsonNode document() {
        return document;
    }

    /// The rules that what it has made calls.
    Map<String, Expression> rules() {
        return rules;
    }

    /// What a schema allows.
    ///
    /// @param pointer where it stands
    Expression schema(JsonNode schema, String pointer) {
        if (schema.isBoolean()) {
            if (!schema.asBoolean()) {
                throw error(pointer, "the schema false allows no value");
            }
            return new Expression.Call(JsonSyntax.VALUE);
        }
        if (++depth > GrammarLimits.SCHEMA_DEPTH_MAX) {
            throw error(pointer, "schemas are nested more than " + GrammarLimits.SCHEMA_DEPTH_MAX + " deep");
        }
        SchemaKeywords.check(schema, pointer);
        Expression result = decided(schema, pointer);
        depth--;
        return result;
    }

    private Expression decided(JsonNode schema, String pointer) {
        if (schema.has("$ref")) {
            return reference(schema.get("$ref"), at(pointer, "$ref"));
        }
        if (schema.has("anyOf")) {
            return branches(schema.get("anyOf"), at(pointer, "anyOf"));
        }
        if (schema.has("oneOf")) {
            JsonNode oneOf = schema.get("oneOf");
            Expression choice = branches(oneOf, at(pointer, "oneOf"));
            new SchemaBranches(document).requireDisjoint(oneOf, at(pointer, "oneOf"));
            return choice;
        }
        if (schema.has("allOf")) {
            JsonNode allOf = schema.get("allOf");
            if (!allOf.isArray() || allOf.size() != 1) {
                throw error(at(pointer, "allOf"), "allOf is supported with a single schema only. Merge them into one.");
            }
            return schema(allOf.get(0), at(at(pointer, "allOf"), "0"));
        }
        if (schema.has("const") || schema.has("enum")) {
            return SchemaValues.expression(schema, pointer);
        }
        List<Expression> options = new ArrayList<>();
        Set<String> types = types(schema, pointer);
        for (String type : types) {
            // Every integer is a number.
            if (!type.equals("integer") || !types.contains("number")) {
                options.add(ofType(type, schema, pointer));
            }
        }
        return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
    }

    private Expression branches(JsonNode schemas, String pointer) {
        if (!schemas.isArray() || schemas.isEmpty()) {
            throw error(pointer, "expected a list of schemas");
        }
        List<Expression> options = new ArrayList<>();
        for (int i = 0; i < schemas.size(); i++) {
            options.add(schema(schemas.get(i), at(pointer, String.valueOf(i))));
        }
        return new Expression.Choice(options);
    }

    private Expression reference(JsonNode value, String pointer) {
        if (!value.isString()) {
            throw error(pointer, "expected a text such as \"#/$defs/item\"");
        }
        String target = value.asString();
        String known = references.get(target);
        if (known != null) {
            return new Expression.Call(known);
        }
        JsonNode schema = SchemaSource.resolve(document, target, pointer);
        String name = prefix + "schema " + target;
        references.put(target, name);
        rules.put(name, schema(schema, target.substring(1)));
        return new Expression.Call(name);
    }

    /// The types a schema names; where it names none, those that its keywords are about, or else all.
    static Set<String> types(JsonNode schema, String pointer) {
        Set<String> types = new LinkedHashSet<>();
        JsonNode type = schema.get("type");
        if (type == null) {
            for (String keyword : schema.propertyNames()) {
                String implied = SchemaKeywords.TYPE_OF.get(keyword);
                if (implied != null) {
                    types.add(implied);
                }
            }
            return types.isEmpty() ? Set.of("any") : types;
        }
        for (JsonNode each : type.isArray() ? type : List.of(type)) {
            if (!each.isString() || !SchemaKeywords.TYPES.contains(each.asString())) {
                throw error(at(pointer, "type"), "there is no type " + each + "; types are " + SchemaKeywords.TYPES);
            }
            types.add(each.asString());
        }
        if (types.isEmpty()) {
            throw error(at(pointer, "type"), "no type is listed, so no value is allowed");
        }
        return types;
    }

    private Expression ofType(String type, JsonNode schema, String pointer) {
        return switch (type) {
            case "any" -> new Expression.Call(JsonSyntax.VALUE);
            case "null" -> Expression.text("null");
            case "boolean" -> Expression.choice(Expression.text("true"), Expression.text("false"));
            case "integer", "number" -> number(type, schema, pointer);
            case "string", "array", "object" -> {
                String known = typed.get(new TypedSchema(type, schema));
                String name = known == null ? prefix + type + " at #" + pointer : known;
                if (known == null) {
                    rules.put(name, composed(type, schema, pointer));
                    typed.put(new TypedSchema(type, schema), name);
                }
                yield new Expression.Call(name);
            }
            default -> throw new IllegalStateException("no type " + type);
        };
    }

    private Expression composed(String type, JsonNode schema, String pointer) {
        return switch (type) {
            case "string" -> SchemaStrings.expression(schema, pointer);
            case "array" -> new SchemaArrays(this).expression(schema, pointer);
            default -> new SchemaObjects(this).expression(schema, pointer);
        };
    }

    private static Expression number(String type, JsonNode schema, String pointer) {
        Bound least = SchemaValues.bound(schema, "minimum", "exclusiveMinimum", pointer);
        Bound most = SchemaValues.bound(schema, "maximum", "exclusiveMaximum", pointer);
        boolean isInteger = type.equals("integer");
        if (least == null && most == null) {
            return isInteger ? JsonSyntax.INTEGER : JsonSyntax.NUMBER;
        }
        if (isNothing(least, most)) {
            throw error(pointer, "no number is within the bounds");
        }
        return isInteger ? NumberGrammar.integers(least, most) : NumberGrammar.decimals(least, most);
    }

    private static boolean isNothing(@Nullable Bound least, @Nullable Bound most) {
        if (least == null || most == null) {
            return false;
        }
        int order = least.value().compareTo(most.value());
        return order > 0 || (order == 0 && (least.exclusive() || most.exclusive()));
    }
}
