package dev.lilla.serve.text;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.grammar.TokenGrammar;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.http.JsonFields;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/// What requests for chats and completions have in common.
///
/// @param sampler how tokens are chosen
/// @param stop strings at which a text ends; they are not part of it
/// @param maxTokens the most tokens to write; empty for as many as fit
/// @param choices how many texts for one prompt
/// @param isStream whether the text is wanted while it is written
/// @param includeUsage whether a stream ends with what it cost
/// @param cachePrompt whether later requests may reuse what this one computed
/// @param grammar what texts must follow; empty for any text
/// @param isFree whether texts are read for what a model writes of its own accord, calls of tools above all: not where
///     they are JSON that somebody asked for
public record GenerationFields(
        SamplerOptions sampler,
        List<String> stop,
        OptionalInt maxTokens,
        int choices,
        boolean isStream,
        boolean includeUsage,
        boolean cachePrompt,
        Optional<TokenGrammar> grammar,
        boolean isFree) {
    private static final int STOPS_MAX = 16;
    private static final int STOP_LENGTH_MAX = 1_000;
    public static final int CHOICES_MAX = 128;

    public static GenerationFields read(JsonFields fields, HostedModel model) {
        int vocab = model.text().tokenizer().size();
        Optional<TokenGrammar> grammar = FormatFields.read(fields, model);
        boolean isOwnGrammar =
                fields.text("grammar").isPresent() || fields.text("regex").isPresent();
        return new GenerationFields(
                SamplerFields.read(fields, model.defaults().sampler(), vocab),
                stops(fields),
                maxTokens(fields),
                fields.integer("n", 1, CHOICES_MAX).orElse(1),
                fields.flag("stream"),
                fields.object("stream_options")
                        .map(options -> options.flag("include_usage"))
                        .orElse(false),
                cachePrompt(fields),
                grammar,
                grammar.isEmpty() || isOwnGrammar);
    }

    /// Whether later requests may reuse what this one computes: yes unless it says no.
    public static boolean cachePrompt(JsonFields fields) {
        return fields.any("cache_prompt").map(JsonNode::isBoolean).orElse(false) ? fields.flag("cache_prompt") : true;
    }

    /// Strings at which a text ends.
    public static List<String> stops(JsonFields fields) {
        List<String> stops = fields.texts("stop");
        if (stops.size() > STOPS_MAX) {
            throw fields.invalid("stop", "may hold " + STOPS_MAX + " strings, found " + stops.size());
        }
        for (String stop : stops) {
            if (stop.isEmpty() || stop.length() > STOP_LENGTH_MAX) {
                throw fields.invalid(
                        "stop",
                        "holds a string of " + stop.length() + " characters; 1 to " + STOP_LENGTH_MAX
                                + " are possible");
            }
        }
        return stops;
    }

    /// The newer name comes first where a client sends both.
    private static OptionalInt maxTokens(JsonFields fields) {
        OptionalInt newer = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        OptionalInt older = fields.integer("max_tokens", 0, Integer.MAX_VALUE);
        return newer.isPresent() ? newer : older;
    }

    public GenerationFields withChoices(int value) {
        return new GenerationFields(
                sampler, stop, maxTokens, value, isStream, includeUsage, cachePrompt, grammar, isFree);
    }

    public GenerationFields withGrammar(TokenGrammar value) {
        return new GenerationFields(
                sampler, stop, maxTokens, choices, isStream, includeUsage, cachePrompt, Optional.of(value), false);
    }
}
