package dev.lilla.serve.openai;

import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.GenerationFields;
import dev.lilla.serve.text.TextPrompt;
import dev.lilla.serve.text.Unsupported;
import java.util.List;
import java.util.OptionalInt;

/// The body of `POST /v1/completions`.
///
/// @param prompts in the order they were sent
/// @param echo whether the answer begins with the prompt
/// @param logprobs how many tokens to name in each place; empty where nobody asks how likely tokens are
/// @param bestOf how many texts to write for each prompt, of which the likeliest are sent
record CompletionRequest(
        List<TextPrompt> prompts, boolean echo, OptionalInt logprobs, int bestOf, GenerationFields generation) {
    private static final int PROMPTS_MAX = 1_000;
    /// OpenAI stops at 5; a few more do no harm.
    private static final int LOGPROBS_MAX = 20;

    /// OpenAI's own, which clients of this endpoint count on.
    private static final int MAX_TOKENS = 16;

    /// @throws HttpFailure 400 naming the field that is wrong
    static CompletionRequest read(JsonFields fields, HostedModel model) {
        GenerationFields generation = GenerationFields.read(fields, model);
        fields.text("suffix").filter(suffix -> !suffix.isEmpty()).ifPresent(_ -> {
            throw Unsupported.field(fields, "suffix");
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
                TextPrompt.read(fields, "prompt", model, PROMPTS_MAX),
                echo,
                fields.integer("logprobs", 0, LOGPROBS_MAX),
                bestOf,
                generation);
    }

    /// The most tokens to write; 0 where only the prompt is wanted.
    int maxTokens() {
        return generation.maxTokens().orElse(MAX_TOKENS);
    }
}
