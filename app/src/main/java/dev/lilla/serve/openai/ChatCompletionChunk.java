package dev.lilla.serve.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lilla.serve.text.ChatLogprobs;
import dev.lilla.serve.text.Timings;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A part of the reply of `POST /v1/chat/completions` as a stream.
///
/// @param usage what it cost, in the last chunk; JSON's null before it; absent if nobody asked
/// @param timings where a choice ends
record ChatCompletionChunk(
        String id,
        String object,
        long created,
        String model,
        String systemFingerprint,
        List<Choice> choices,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable JsonNode usage,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Timings timings) {
    record Choice(
            int index,
            Delta delta,
            @Nullable ChatLogprobs logprobs,
            @Nullable String finishReason) {}

    /// What is new; absent fields are as they were.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Delta(
            @Nullable String role,
            @Nullable String content,
            @Nullable String reasoningContent,
            @Nullable List<ToolCall> toolCalls) {
        static final Delta NOTHING = new Delta(null, null, null, null);
        /// The first one of each choice.
        static final Delta ROLE = new Delta("assistant", "", null, null);

        static Delta text(String text) {
            return new Delta(null, text, null, null);
        }

        static Delta thought(String text) {
            return new Delta(null, null, text, null);
        }

        static Delta call(ToolCall call) {
            return new Delta(null, null, null, List.of(call));
        }
    }

    static ChatCompletionChunk of(
            Answer answer, List<Choice> choices, @Nullable JsonNode usage, @Nullable Timings timings) {
        return new ChatCompletionChunk(
                answer.id(),
                "chat.completion.chunk",
                answer.created(),
                answer.model(),
                answer.fingerprint(),
                choices,
                usage,
                timings);
    }
}
