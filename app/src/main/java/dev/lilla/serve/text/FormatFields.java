package dev.lilla.serve.text;

import dev.lilla.chat.ResponseFormat;
import dev.lilla.grammar.GrammarException;
import dev.lilla.grammar.TokenGrammar;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/// The fields that say what form a text must have: `response_format`, llama.cpp's `json_schema` and `grammar`, and
/// `regex`. A form that cannot be held to is refused, and so are fields that other servers have for it; no text is
/// quietly free.
public final class FormatFields {
    /// vLLM's, and what is here in their place.
    private static final Map<String, String> ELSEWHERE = Map.of(
            "structured_outputs", "json_schema, regex or grammar",
            "guided_json", "json_schema",
            "guided_regex", "regex",
            "guided_choice", "json_schema with an enum",
            "guided_grammar", "grammar");

    private FormatFields() {}

    /// A form, and the field that asks for it.
    private record Wanted(String field, ResponseFormat format) {}

    static Optional<TokenGrammar> read(JsonFields fields, HostedModel model) {
        List<Wanted> wanted = new ArrayList<>();
        fields.object("response_format").ifPresent(format -> {
            ResponseFormat read = responseFormat(format);
            if (!read.equals(ResponseFormat.TEXT)) {
                wanted.add(new Wanted("response_format", read));
            }
        });
        fields.any("json_schema")
                .ifPresent(schema -> wanted.add(new Wanted("json_schema", schema(fields, "json_schema", schema))));
        fields.text("grammar")
                .filter(grammar -> !grammar.isEmpty())
                .ifPresent(grammar -> wanted.add(new Wanted("grammar", new ResponseFormat.Gbnf(grammar))));
        fields.text("regex")
                .filter(regex -> !regex.isEmpty())
                .ifPresent(regex -> wanted.add(new Wanted("regex", new ResponseFormat.Regex(regex))));
        ELSEWHERE.forEach((field, here) -> {
            if (fields.any(field).isPresent()) {
                throw Unsupported.because(fields, field, "is not supported; use " + here);
            }
        });
        if (wanted.size() > 1) {
            throw fields.invalid(wanted.get(1).field(), "and " + wanted.get(0).field() + " exclude each other");
        }
        return wanted.stream()
                .map(form -> compile(model, fields.name(form.field()), form.format()))
                .findFirst();
    }

    /// What an object such as `{"type":"json_schema","json_schema":{"schema":…}}` asks for.
    private static ResponseFormat responseFormat(JsonFields format) {
        String type = format.requiredText("type");
        return switch (type) {
            case "text" -> ResponseFormat.TEXT;
            case "json_object" ->
                // llama.cpp's clients put a schema beside it.
                format.any("schema")
                        .map(schema -> schema(format, "schema", schema))
                        .orElseGet(ResponseFormat.JsonObject::new);
            case "json_schema" -> {
                JsonFields holder = format.object("json_schema").orElse(format);
                JsonNode schema = holder.any("schema").orElseThrow(() -> holder.missing("schema"));
                yield schema(holder, "schema", schema);
            }
            default -> throw format.invalid("type", "must be text, json_object or json_schema, found " + type);
        };
    }

    /// The form that a schema describes.
    public static ResponseFormat schema(JsonFields fields, String field, JsonNode schema) {
        if (!schema.isObject() && !schema.isBoolean()) {
            throw fields.wrong(field, "a JSON Schema, which is an object", schema);
        }
        return new ResponseFormat.JsonSchema(schema.toString());
    }

    /// What makes a part of a text JSON that a schema allows.
    ///
    /// @param param the field that asks for it
    /// @throws HttpFailure 400 if that cannot be done
    static TokenGrammar within(HostedModel model, String param, JsonNode schema) {
        return compiled(param, () -> model.grammarWithin(schema.toString()));
    }

    /// What a compiler makes of something that a request has.
    ///
    /// @param param the field that asks for it
    /// @throws HttpFailure 400 if that cannot be done
    static TokenGrammar compiled(String param, Supplier<TokenGrammar> compiler) {
        try {
            return compiler.get();
        } catch (GrammarException e) {
            throw refused(param, e);
        }
    }

    private static HttpFailure refused(String param, GrammarException e) {
        return HttpFailure.invalid(param, param + " can't be held to: " + e.getMessage())
                .withCode("unsupported_format");
    }

    /// What makes texts of a form.
    ///
    /// @param param the field that asks for it
    /// @throws HttpFailure 400 if that cannot be done
    public static TokenGrammar compile(HostedModel model, String param, ResponseFormat format) {
        try {
            return model.grammar(format)
                    .orElseThrow(() -> new IllegalStateException(format + " is a form that any text has"));
        } catch (GrammarException e) {
            throw refused(param, e);
        }
    }
}
