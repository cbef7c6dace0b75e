package dev.lilla.serve.openai;

import dev.lilla.serve.text.WrittenChoice;
import java.util.List;

/// What an answer cost, in tokens.
record UsageReport(
        int promptTokens,
        int completionTokens,
        int totalTokens,
        PromptDetails promptTokensDetails,
        CompletionDetails completionTokensDetails) {
    /// @param cachedTokens of the prompt, whose keys and values were there already
    record PromptDetails(int cachedTokens) {}

    /// @param reasoningTokens of what was thought before the answer
    record CompletionDetails(int reasoningTokens) {}

    /// The sum over the choices of one prompt or several; a prompt counts once, however many choices it has.
    static UsageReport of(List<WrittenChoice> choices) {
        int prompt = 0;
        int cached = 0;
        int completion = 0;
        int reasoning = 0;
        for (WrittenChoice choice : choices) {
            if (choice.isFirst()) {
                prompt += choice.usage().promptTokens();
                cached += choice.usage().cachedTokens();
            }
            completion += choice.usage().completionTokens();
            reasoning += choice.thoughtTokens();
        }
        return new UsageReport(
                prompt, completion, prompt + completion, new PromptDetails(cached), new CompletionDetails(reasoning));
    }
}
