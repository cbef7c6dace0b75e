package dev.lilla.serve.text;

import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// A text that a model reads as it is.
///
/// @param tokens at least one
/// @param text as it was sent, or as its tokens read
public record TextPrompt(int[] tokens, String text) {
    /// A field that holds a text, token ids, or an array of these.
    ///
    /// @param most prompts in an array
    /// @throws HttpFailure 400 if it holds anything else, or one that is empty
    public static List<TextPrompt> read(JsonFields fields, String field, HostedModel model, int most) {
        JsonNode prompt = fields.any(field).orElseThrow(() -> fields.missing(field));
        if (prompt.isString()) {
            return List.of(text(fields, field, prompt.stringValue(), model));
        }
        if (!prompt.isArray()) {
            throw fields.wrong(field, "a string, an array of strings, of token ids, or of arrays of these", prompt);
        }
        if (!prompt.isEmpty() && prompt.get(0).isNumber()) {
            return List.of(tokens(fields, field, prompt, model));
        }
        if (prompt.isEmpty() || prompt.size() > most) {
            throw fields.invalid(field, "must hold 1 to " + most + " texts, found " + prompt.size());
        }
        List<TextPrompt> prompts = new ArrayList<>();
        for (JsonNode element : prompt) {
            String name = field + "[" + prompts.size() + "]";
            if (element.isString()) {
                prompts.add(text(fields, name, element.stringValue(), model));
            } else if (element.isArray()) {
                prompts.add(tokens(fields, name, element, model));
            } else {
                throw fields.wrong(name, "a string or an array of token ids", element);
            }
        }
        return prompts;
    }

    private static TextPrompt text(JsonFields fields, String name, String text, HostedModel model) {
        int[] tokens = model.text().text(text);
        if (tokens.length == 0) {
            throw fields.invalid(name, "is empty, which gives this model nothing to begin with");
        }
        return new TextPrompt(tokens, text);
    }

    private static TextPrompt tokens(JsonFields fields, String name, JsonNode ids, HostedModel model) {
        if (ids.isEmpty()) {
            throw fields.invalid(name, "has no tokens");
        }
        int[] tokens = ids(fields, name, ids, model);
        return new TextPrompt(tokens, model.text().tokenizer().decode(tokens));
    }

    /// An array of token ids, which may be empty.
    ///
    /// @throws HttpFailure 400 if one is no token of the model
    public static int[] ids(JsonFields fields, String name, JsonNode ids, HostedModel model) {
        int size = model.text().tokenizer().size();
        int[] tokens = new int[ids.size()];
        for (int i = 0; i < tokens.length; i++) {
            JsonNode id = ids.get(i);
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0 || id.intValue() >= size) {
                throw fields.invalid(
                        name + "[" + i + "]", "must be a token id from 0 to " + (size - 1) + ", found " + id);
            }
            tokens[i] = id.intValue();
        }
        return tokens;
    }
}
