package dev.lilla.grammar;

import static dev.lilla.grammar.SchemaKeywords.at;
import static dev.lilla.grammar.SchemaKeywords.error;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Strings of a schema: lengths in code points, patterns and formats, in JSON's shortest spelling.
final class SchemaStrings {
    private SchemaStrings() {}

    static Expression expression(JsonNode schema, String pointer) {
        List<Expression> contents = new ArrayList<>();
        JsonNode pattern = schema.get("pattern");
        if (pattern != null) {
            contents.add(pattern(pattern, at(pointer, "pattern")));
        }
        JsonNode format = schema.get("format");
        if (format != null) {
            contents.add(format(format, at(pointer, "format")));
        }
        if (schema.has("minLength") || schema.has("maxLength")) {
            int least = SchemaValues.count(schema, "minLength", 0, pointer);
            int most = SchemaValues.count(schema, "maxLength", Expression.UNBOUNDED, pointer);
            if (most < least) {
                throw error(pointer, "no string has at least " + least + " and at most " + most + " characters");
            }
            contents.add(new Expression.Repeat(CharacterEncoding.JSON.expression(CodePointSet.all()), least, most));
        }
        if (contents.isEmpty()) {
            return new Expression.Call(JsonSyntax.STRING);
        }
        Expression all = contents.getFirst();
        for (Expression content : contents.subList(1, contents.size())) {
            all = new Expression.Both(all, content);
        }
        return Expression.sequence(Expression.text("\""), all, Expression.text("\""));
    }

    private static Expression pattern(JsonNode pattern, String pointer) {
        if (!pattern.isString()) {
            throw error(pointer, "expected a regular expression, found " + pattern);
        }
        return RegexParser.parse(
                "JSON schema, at \"#" + pointer + "\"",
                pattern.asString(),
                CharacterEncoding.JSON,
                RegexParser.Scope.ANYWHERE);
    }

    private static Expression format(JsonNode format, String pointer) {
        String regex = StringFormats.pattern(format.isString() ? format.asString() : "")
                .orElseThrow(() -> error(
                        pointer, "the format " + format + " is not supported. Supported: " + StringFormats.names()));
        return RegexParser.parse("format", regex, CharacterEncoding.JSON, RegexParser.Scope.WHOLE);
    }
}
