package dev.lilla.grammar;

import static dev.lilla.grammar.SchemaKeywords.at;
import static dev.lilla.grammar.SchemaKeywords.error;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Strings of a schema: lengths in code points, patterns and formats, in JSON's shortest spelling.
final class SchemaStrings {
    private SchemaStrings() {}

    static Expression expression(JsonNode schema, String pointer) {
        return content(schema, pointer, CharacterEncoding.JSON)
                .map(content -> Expression.sequence(Expression.text("\""), content, Expression.text("\"")))
                .orElseGet(() -> new Expression.Call(JsonSyntax.STRING));
    }

    /// What the characters of a string have to be; empty if any will do.
    static Optional<Expression> content(JsonNode schema, String pointer, CharacterEncoding encoding) {
        List<Expression> contents = new ArrayList<>();
        JsonNode pattern = schema.get("pattern");
        if (pattern != null) {
            contents.add(pattern(pattern, at(pointer, "pattern"), encoding));
        }
        JsonNode format = schema.get("format");
        if (format != null) {
            contents.add(format(format, at(pointer, "format"), encoding));
        }
        if (schema.has("minLength") || schema.has("maxLength")) {
            int least = SchemaValues.count(schema, "minLength", 0, pointer);
            int most = SchemaValues.count(schema, "maxLength", Expression.UNBOUNDED, pointer);
            if (most < least) {
                throw error(pointer, "no string has at least " + least + " and at most " + most + " characters");
            }
            contents.add(new Expression.Repeat(encoding.expression(CodePointSet.all()), least, most));
        }
        return contents.stream().reduce(Expression.Both::new);
    }

    private static Expression pattern(JsonNode pattern, String pointer, CharacterEncoding encoding) {
        if (!pattern.isString()) {
            throw error(pointer, "expected a regular expression, found " + pattern);
        }
        return RegexParser.parse(
                "JSON schema, at \"#" + pointer + "\"", pattern.asString(), encoding, RegexParser.Scope.ANYWHERE);
    }

    private static Expression format(JsonNode format, String pointer, CharacterEncoding encoding) {
        String regex = StringFormats.pattern(format.isString() ? format.asString() : "")
                .orElseThrow(() -> error(
                        pointer, "the format " + format + " is not supported. Supported: " + StringFormats.names()));
        return RegexParser.parse("format", regex, encoding, RegexParser.Scope.WHOLE);
    }
}
