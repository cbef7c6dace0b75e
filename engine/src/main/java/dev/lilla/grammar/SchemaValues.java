package dev.lilla.grammar;

import static dev.lilla.grammar.SchemaKeywords.at;
import static dev.lilla.grammar.SchemaKeywords.error;

import dev.lilla.grammar.NumberGrammar.Bound;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Values that a schema names: constants, counts and bounds.
final class SchemaValues {
    /// Digits of a bound on either side of the point.
    private static final int BOUND_DIGITS_MAX = 40;

    private SchemaValues() {}

    /// The values of `const` and `enum`, as compact JSON; `type` may stand beside them.
    static Expression expression(JsonNode schema, String pointer) {
        for (String keyword : schema.propertyNames()) {
            if (SchemaKeywords.TYPE_OF.containsKey(keyword)) {
                throw error(
                        at(pointer, keyword),
                        "\"" + keyword
                                + "\" beside listed values is not supported. Leave out the values that it excludes.");
            }
        }
        List<Expression> options = new ArrayList<>();
        for (JsonNode value : values(schema, pointer)) {
            options.add(Expression.text(text(value)));
        }
        return new Expression.Choice(options);
    }

    /// The values of `const` and `enum` that are of the schema's type.
    static List<JsonNode> values(JsonNode schema, String pointer) {
        List<JsonNode> values = new ArrayList<>();
        JsonNode listed = schema.get("enum");
        JsonNode only = schema.get("const");
        if (listed != null && (!listed.isArray() || listed.isEmpty())) {
            throw error(at(pointer, "enum"), "expected a list of values");
        }
        for (JsonNode value : listed == null ? List.of(schema.get("const")) : listed) {
            boolean isOnly = only == null || text(value).equals(text(only));
            if (isOnly && isOfType(value, schema.get("type"))) {
                values.add(value);
            }
        }
        if (values.isEmpty()) {
            throw error(pointer, "none of the listed values is allowed by what stands beside them");
        }
        return values;
    }

    private static boolean isOfType(JsonNode value, @Nullable JsonNode type) {
        if (type == null) {
            return true;
        }
        boolean fits = false;
        for (JsonNode each : type.isArray() ? type : List.of(type)) {
            fits |= each.isString()
                    && switch (each.asString()) {
                        case "integer" ->
                            value.isNumber()
                                    && value.decimalValue().stripTrailingZeros().scale() <= 0;
                        case "number" -> value.isNumber();
                        default -> each.asString().equals(typeOf(value));
                    };
        }
        return fits;
    }

    /// The type of a value, by the names of JSON Schema.
    static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "object";
            case ARRAY -> "array";
            case STRING -> "string";
            case NUMBER -> "number";
            case BOOLEAN -> "boolean";
            default -> "null";
        };
    }

    /// A value as compact JSON, strings in the one spelling that is written everywhere.
    static String text(JsonNode value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(JsonNode value, StringBuilder out) {
        String separator = "";
        switch (value.getNodeType()) {
            case STRING -> out.append(CharacterEncoding.quote(value.asString()));
            case ARRAY -> {
                out.append('[');
                for (JsonNode item : value) {
                    out.append(separator);
                    write(item, out);
                    separator = ",";
                }
                out.append(']');
            }
            case OBJECT -> {
                out.append('{');
                for (String name : value.propertyNames()) {
                    out.append(separator).append(CharacterEncoding.quote(name)).append(':');
                    write(value.get(name), out);
                    separator = ",";
                }
                out.append('}');
            }
            default -> out.append(value);
        }
    }

    /// A count such as `minItems`.
    static int count(JsonNode schema, String keyword, int otherwise, String pointer) {
        JsonNode value = schema.get(keyword);
        if (value == null) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 0) {
            throw error(at(pointer, keyword), "expected a whole number of 0 or more, found " + value);
        }
        return value.asInt();
    }

    /// The tighter of two bounds on the same side; null if there is none.
    static @Nullable Bound bound(JsonNode schema, String inclusive, String exclusive, String pointer) {
        BigDecimal closed = number(schema, inclusive, pointer);
        BigDecimal open = number(schema, exclusive, pointer);
        if (closed == null || open == null) {
            return open != null ? new Bound(open, true) : closed != null ? new Bound(closed, false) : null;
        }
        boolean isLower = inclusive.equals("minimum");
        boolean openIsTighter = isLower ? open.compareTo(closed) >= 0 : open.compareTo(closed) <= 0;
        return openIsTighter ? new Bound(open, true) : new Bound(closed, false);
    }

    private static @Nullable BigDecimal number(JsonNode schema, String keyword, String pointer) {
        JsonNode value = schema.get(keyword);
        if (value == null) {
            return null;
        }
        if (!value.isNumber()) {
            throw error(at(pointer, keyword), "expected a number, found " + value);
        }
        BigDecimal number = value.decimalValue();
        if (Math.abs((long) number.precision() - number.scale()) > BOUND_DIGITS_MAX
                || Math.abs((long) number.scale()) > BOUND_DIGITS_MAX) {
            throw error(at(pointer, keyword), "expected at most " + BOUND_DIGITS_MAX + " digits, found " + value);
        }
        return number;
    }
}
