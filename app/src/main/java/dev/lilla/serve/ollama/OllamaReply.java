package dev.lilla.serve.ollama;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.lilla.chat.Usage;
import dev.lilla.serve.text.AnswerPart;
import dev.lilla.serve.text.ChatLogprobs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A reply of `/api/chat` or `/api/generate`, whole or a part of a stream. Times are in nanoseconds.
///
/// @param message in chats
/// @param response elsewhere
/// @param thinking what was thought before, where there is no message
/// @param doneReason this and what follows stand where the text has ended
@JsonInclude(JsonInclude.Include.NON_NULL)
record OllamaReply(
        String model,
        String createdAt,
        @Nullable Message message,
        @Nullable String response,
        @Nullable String thinking,
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
    /// @param thinking what was thought before
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Message(
            String role,
            String content,
            @Nullable String thinking,
            @Nullable List<OllamaCall> toolCalls) {}

    /// What was written.
    ///
    /// @param thought empty if nothing was thought
    record Written(String text, String thought, List<AnswerPart.Call> calls) {
        static final Written NOTHING = new Written("", "", List.of());

        static Written of(AnswerPart part) {
            return switch (part) {
                case AnswerPart.Text(String text) -> new Written(text, "", List.of());
                case AnswerPart.Thought(String text) -> new Written("", text, List.of());
                case AnswerPart.Call call -> new Written("", "", List.of(call));
            };
        }

        private @Nullable String thinking() {
            return thought.isEmpty() ? null : thought;
        }

        private Message message() {
            List<OllamaCall> called = calls.stream().map(OllamaCall::of).toList();
            return new Message("assistant", text, thinking(), called.isEmpty() ? null : called);
        }
    }

    /// What replies of a request have in common.
    ///
    /// @param model as the client calls it
    /// @param isChat whether text comes as a message
    /// @param began when the request came, as [System#nanoTime] says it
    /// @param loaded how long the model was waited for
    record Form(String model, boolean isChat, long began, Duration loaded) {
        private OllamaReply reply(
                Written written, boolean isDone, @Nullable List<ChatLogprobs.Entry> logprobs, @Nullable String reason) {
            return new OllamaReply(
                    model,
                    Instant.now().toString(),
                    isChat ? written.message() : null,
                    isChat ? null : written.text(),
                    isChat ? null : written.thinking(),
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

        /// A piece of an answer.
        OllamaReply piece(Written written, @Nullable List<ChatLogprobs.Entry> logprobs) {
            return reply(written, false, logprobs, null);
        }

        /// The end of a text.
        ///
        /// @param written all of it, or nothing in a stream
        OllamaReply end(Written written, @Nullable List<ChatLogprobs.Entry> logprobs, String reason, Usage usage) {
            OllamaReply reply = reply(written, true, logprobs, reason);
            return new OllamaReply(
                    reply.model,
                    reply.createdAt,
                    reply.message,
                    reply.response,
                    reply.thinking,
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

        /// Nothing was asked but that the model be in memory, or leave it.
        ///
        /// @param reason `load` or `unload`
        OllamaReply empty(String reason) {
            return reply(Written.NOTHING, true, null, reason);
        }
    }
}
