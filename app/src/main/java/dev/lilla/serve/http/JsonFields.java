package dev.lilla.serve.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The fields of a JSON object that a client sent, each checked as it is read. A field that is null counts as
/// absent, and what nobody reads is ignored.
///
/// Each method throws an [HttpFailure] that names the field if it holds something else.
public final class JsonFields {
    private final ObjectNode object;
    private final String prefix;

    private JsonFields(ObjectNode object, String prefix) {
        this.object = object;
        this.prefix = prefix;
    }

    /// The fields of a whole body.
    public static JsonFields of(ObjectNode body) {
        return new JsonFields(body, "");
    }

    /// What the field is called in messages: `messages[2].content`.
    public String name(String field) {
        return prefix + field;
    }

    /// The field, whatever it is.
    public Optional<JsonNode> any(String field) {
        JsonNode value = object.get(field);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    public Optional<String> text(String field) {
        return any(field).map(value -> {
            if (!value.isString()) {
                throw wrong(field, "a string", value);
            }
            return value.stringValue();
        });
    }

    /// A text that must be there.
    public String requiredText(String field) {
        return text(field).orElseThrow(() -> missing(field));
    }

    public boolean flag(String field) {
        return any(field)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw wrong(field, "true or false", value);
                    }
                    return value.booleanValue();
                })
                .orElse(false);
    }

    /// A number between bounds, both included.
    public OptionalDouble number(String field, double min, double max) {
        Optional<JsonNode> value = any(field);
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (!value.get().isNumber()) {
            throw wrong(field, "a number", value.get());
        }
        double number = value.get().doubleValue();
        if (!(number >= min && number <= max)) {
            throw invalid(field, "must be " + plain(min) + " to " + plain(max) + ", found " + value.get());
        }
        return OptionalDouble.of(number);
    }

    public OptionalInt integer(String field, int min, int max) {
        OptionalLong value = whole(field);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        long number = value.getAsLong();
        if (number < min || number > max) {
            throw invalid(field, "must be " + min + " to " + max + ", found " + number);
        }
        return OptionalInt.of((int) number);
    }

    /// A whole number; one that is written as a fraction (`4.0`) counts.
    public OptionalLong whole(String field) {
        Optional<JsonNode> value = any(field);
        return value.isEmpty() ? OptionalLong.empty() : OptionalLong.of(whole(field, value.get()));
    }

    private long whole(String field, JsonNode value) {
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return value.longValue();
        }
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (number == Math.rint(number) && Math.abs(number) <= 1L << 53) {
            return (long) number;
        }
        throw wrong(field, "a whole number of at most 64 bits", value);
    }

    public Optional<JsonFields> object(String field) {
        return any(field).map(value -> object(field, value));
    }

    /// Its names, in the order they were sent.
    public List<String> names() {
        return List.copyOf(object.propertyNames());
    }

    /// The object itself.
    public ObjectNode node() {
        return object;
    }

    public Optional<List<JsonNode>> list(String field) {
        return any(field).map(value -> {
            if (!value.isArray()) {
                throw wrong(field, "an array", value);
            }
            List<JsonNode> elements = new ArrayList<>();
            value.forEach(elements::add);
            return elements;
        });
    }

    /// A list of objects; empty if it is absent.
    public List<JsonFields> objects(String field) {
        List<JsonFields> objects = new ArrayList<>();
        for (JsonNode element : list(field).orElse(List.of())) {
            objects.add(object(field + "[" + objects.size() + "]", element));
        }
        return objects;
    }

    /// A list of texts, which may be written as a single text; empty if it is absent.
    public List<String> texts(String field) {
        Optional<JsonNode> value = any(field);
        if (value.isPresent() && value.get().isString()) {
            return List.of(value.get().stringValue());
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : list(field).orElse(List.of())) {
            if (!element.isString()) {
                throw wrong(field + "[" + texts.size() + "]", "a string", element);
            }
            texts.add(element.stringValue());
        }
        return texts;
    }

    private JsonFields object(String field, JsonNode value) {
        if (value instanceof ObjectNode found) {
            return new JsonFields(found, prefix + field + ".");
        }
        throw wrong(field, "an object", value);
    }

    /// The error that a field has a wrong value.
    ///
    /// @param what goes on after the field's name: "must be …"
    public HttpFailure invalid(String field, String what) {
        return HttpFailure.invalid(name(field), name(field) + " " + what);
    }

    /// The error that a field is absent.
    public HttpFailure missing(String field) {
        return HttpFailure.invalid(name(field), name(field) + " is missing").withCode("missing_required_parameter");
    }

    /// The error that a field is of a wrong type.
    public HttpFailure wrong(String field, String expected, JsonNode found) {
        String type = found.getNodeType().name().toLowerCase(Locale.ROOT);
        String shown = found.isNumber() ? type + " " + found : type;
        return invalid(field, "must be " + expected + ", found " + shown).withCode("invalid_type");
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }
}
