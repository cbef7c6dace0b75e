package dev.lilla.chat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A conversation that wants its next turn.
///
/// @param messages in order, the last one usually the user's
/// @param sampler how tokens are chosen; empty for the model's own settings
/// @param maxTokens the most tokens to write; empty for as many as the context has room for
/// @param stop strings at which the answer ends; they are not part of it
/// @param templateArguments further variables for the chat template, such as `enable_thinking`
/// @param format what form the answer must have
public record ChatRequest(
        List<Message> messages,
        Optional<SamplerOptions> sampler,
        OptionalInt maxTokens,
        List<String> stop,
        Map<String, Object> templateArguments,
        ResponseFormat format) {
    public ChatRequest {
        messages = List.copyOf(messages);
        stop = List.copyOf(stop);
        templateArguments = Map.copyOf(templateArguments);
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("a conversation needs at least one message");
        }
        if (maxTokens.isPresent() && maxTokens.getAsInt() < 1) {
            throw new IllegalArgumentException(
                    "the most tokens to write must be 1 or more, found " + maxTokens.getAsInt());
        }
    }

    /// Wants an answer of any form.
    public ChatRequest(
            List<Message> messages,
            Optional<SamplerOptions> sampler,
            OptionalInt maxTokens,
            List<String> stop,
            Map<String, Object> templateArguments) {
        this(messages, sampler, maxTokens, stop, templateArguments, ResponseFormat.TEXT);
    }

    public ChatRequest withFormat(ResponseFormat value) {
        return new ChatRequest(messages, sampler, maxTokens, stop, templateArguments, value);
    }

    /// A conversation answered with the model's own settings.
    public static ChatRequest of(Message... messages) {
        return new ChatRequest(List.of(messages), Optional.empty(), OptionalInt.empty(), List.of(), Map.of());
    }
}
