package dev.lilla.serve.openai;

import dev.lilla.generate.TokenLogprobs;
import dev.lilla.serve.text.TextPrompt;
import dev.lilla.serve.text.WrittenChoice;
import dev.lilla.tokenizer.Tokenizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What belongs to the texts of a completion: their prompts, and how likely the tokens of these are.
///
/// @param promptLogprobs for each prompt; empty lists if nobody asked
/// @param choicesEach texts written for each prompt
record CompletionTexts(
        CompletionRequest request, Tokenizer tokenizer, List<List<TokenLogprobs>> promptLogprobs, int choicesEach) {
    /// The text that a choice begins with: its prompt, if that is to be echoed.
    String beginning(WrittenChoice choice) {
        return request.echo() ? prompt(choice).text() : "";
    }

    /// Whether only the prompt was asked for.
    boolean isPromptOnly() {
        return request.maxTokens() == 0;
    }

    private TextPrompt prompt(WrittenChoice choice) {
        return request.prompts().get(choice.index() / choicesEach);
    }

    /// A collector that has the tokens of what the choice begins with.
    ///
    /// @return null if nobody asked how likely tokens are
    LegacyLogprobs.@Nullable Collector collector(WrittenChoice choice) {
        if (request.logprobs().isEmpty()) {
            return null;
        }
        LegacyLogprobs.Collector collector = new LegacyLogprobs.Collector(tokenizer);
        if (request.echo()) {
            collector.prompt(prompt(choice).tokens(), promptLogprobs.get(choice.index() / choicesEach));
        }
        return collector;
    }

    /// A choice in one piece.
    ///
    /// @param index in the answer
    TextCompletion.Choice whole(int index, WrittenChoice choice) {
        LegacyLogprobs.Collector collector = collector(choice);
        if (collector != null && !isPromptOnly()) {
            choice.tokens().forEach(collector::add);
        }
        return new TextCompletion.Choice(
                beginning(choice) + (isPromptOnly() ? "" : choice.text()),
                index,
                isPromptOnly() ? "length" : choice.finishReason(),
                collector == null ? null : collector.take());
    }
}
