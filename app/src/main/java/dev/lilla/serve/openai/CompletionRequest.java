package dev.lilla.serve.openai;

import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/// The body of `POST /v1/completions`.
///
/// @param prompts in the order they were sent
/// @param echo whether the answer begins with the prompt
/// @param logprobs how many tokens to name in each place; empty where nobody asks how likely tokens are
/// @param bestOf how many texts to write for each prompt, of which the likeliest are sent
record CompletionRequest(
        List<Prompt> prompts, boolean echo, OptionalInt logprobs, int bestOf, GenerationFields generation) {
    private static final int PROMPTS_MAX = 1_000;
    /// OpenAI stops at 5; a few more do no harm.
    private static final int LOGPROBS_MAX = 20;

    /// OpenAI's own, which clients of this endpoint count on.
    private static final int MAX_TOKENS = 16;

    /// A prompt.
    ///
    /// @param text as it was sent, or as its tokens read
    record Prompt(int[] tokens, String text) {}

    /// @throws HttpFailure 400 naming the field that is wrong
    static CompletionRequest read(JsonFields fields, HostedModel model) {
        GenerationFields generation = GenerationFields.read(fields, model);
        fields.text("suffix").filter(suffix -> !suffix.isEmpty()).ifPresent(_ -> {
            throw Unsupported.unsupported(fields, "suffix", "");
        });
        int bestOf = fields.integer("best_of", 1, GenerationFields.CHOICES_MAX).orElse(generation.choices());
        if (bestOf < generation.choices()) {
            throw fields.invalid(
                    "best_of", "must be n, which is " + generation.choices() + ", or more, found " + bestOf);
        }
        if (bestOf > generation.choices() && generation.isStream()) {
            throw fields.invalid("best_of", "can't be streamed: which text is best shows when all are written");
        }
        boolean echo = fields.flag("echo");
        if (!echo && generation.maxTokens().orElse(1) == 0) {
            throw fields.invalid("max_tokens", "must be 1 or more without echo, found 0");
        }
        return new CompletionRequest(
                prompts(fields, model), echo, fields.integer("logprobs", 0, LOGPROBS_MAX), bestOf, generation);
    }

    /// The most tokens to write; 0 where only the prompt is wanted.
    int maxTokens() {
        return generation.maxTokens().orElse(MAX_TOKENS);
    }

    private static List<Prompt> prompts(JsonFields fields, HostedModel model) {
        JsonNode prompt = fields.any("prompt").orElseThrow(() -> fields.missing("prompt"));
        if (prompt.isString()) {
            return List.of(text(prompt.stringValue(), model));
        }
        if (!prompt.isArray()) {
            throw fields.wrong("prompt", "a string, an array of strings, of token ids, or of arrays of these", prompt);
        }
        if (!prompt.isEmpty() && prompt.get(0).isNumber()) {
            return List.of(tokens(fields, "prompt", prompt, model));
        }
        if (prompt.isEmpty() || prompt.size() > PROMPTS_MAX) {
            throw fields.invalid("prompt", "must hold 1 to " + PROMPTS_MAX + " prompts, found " + prompt.size());
        }
        List<Prompt> prompts = new ArrayList<>();
        for (JsonNode element : prompt) {
            String name = "prompt[" + prompts.size() + "]";
            if (element.isString()) {
                prompts.add(text(element.stringValue(), model));
            } else if (element.isArray()) {
                prompts.add(tokens(fields, name, element, model));
            } else {
                throw fields.wrong(name, "a string or an array of token ids", element);
            }
        }
        return prompts;
    }

    private static Prompt text(String text, HostedModel model) {
        int[] tokens = model.text().text(text);
        if (tokens.length == 0) {
            throw HttpFailure.invalid("prompt", "an empty prompt gives this model nothing to begin with");
        }
        return new Prompt(tokens, text);
    }

    private static Prompt tokens(JsonFields fields, String name, JsonNode ids, HostedModel model) {
        if (ids.isEmpty()) {
            throw fields.invalid(name, "has no tokens");
        }
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
        return new Prompt(tokens, model.text().tokenizer().decode(tokens));
    }
}
