package dev.lilla.serve.ollama;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.lilla.chat.Usage;
import dev.lilla.serve.text.ChatLogprobs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A reply of `/api/chat` or `/api/generate`, whole or a part of a stream. Times are in nanoseconds.
///
/// @param message in chats
/// @param response elsewhere
/// @param doneReason this and what follows stand where the text has ended
@JsonInclude(JsonInclude.Include.NON_NULL)
record OllamaReply(
        String model,
        String createdAt,
        @Nullable Message message,
        @Nullable String response,
        @JsonProperty("done") boolean isDone,
        @Nullable List<ChatLogprobs.Entry> logprobs,
        @Nullable String doneReason,
        @Nullable Long totalDuration,
        @Nullable Long loadDuration,
        @Nullable Integer promptEvalCount,
        @Nullable Long promptEvalDuration,
        @Nullable Integer evalCount,
        @Nullable Long evalDuration) {
    /// A turn of the model.
    ///
    /// @param role `assistant`
    record Message(String role, String content) {}

    /// What replies of a request have in common.
    ///
    /// @param model as the client calls it
    /// @param isChat whether text comes as a message
    /// @param began when the request came, as [System#nanoTime] says it
    /// @param loaded how long the model was waited for
    record Form(String model, boolean isChat, long began, Duration loaded) {
        private OllamaReply reply(
                String text, boolean isDone, @Nullable List<ChatLogprobs.Entry> logprobs, @Nullable String reason) {
            return new OllamaReply(
                    model,
                    Instant.now().toString(),
                    isChat ? new Message("assistant", text) : null,
                    isChat ? null : text,
                    isDone,
                    logprobs,
                    reason,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
        }

        /// A piece of text.
        OllamaReply piece(String text, @Nullable List<ChatLogprobs.Entry> logprobs) {
            return reply(text, false, logprobs, null);
        }

        /// The end of a text.
        ///
        /// @param text all of it, or nothing in a stream
        OllamaReply end(String text, @Nullable List<ChatLogprobs.Entry> logprobs, String reason, Usage usage) {
            OllamaReply reply = reply(text, true, logprobs, reason);
            return new OllamaReply(
                    reply.model,
                    reply.createdAt,
                    reply.message,
                    reply.response,
                    true,
                    reply.logprobs,
                    reason,
                    System.nanoTime() - began,
                    loaded.toNanos(),
                    usage.promptTokens(),
                    usage.prompt().toNanos(),
                    usage.completionTokens(),
                    usage.completion().toNanos());
        }

        /// Nothing was asked but that the model be in memory.
        OllamaReply ready() {
            return reply("", true, null, "load");
        }
    }
}
