package dev.lilla.serve.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lilla.serve.text.ChatLogprobs;
import dev.lilla.serve.text.Timings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The reply of `POST /v1/chat/completions` in one piece.
record ChatCompletion(
        String id,
        String object,
        long created,
        String model,
        String systemFingerprint,
        List<Choice> choices,
        UsageReport usage,
        Timings timings) {
    record Choice(int index, Message message, @Nullable ChatLogprobs logprobs, String finishReason) {}

    /// @param content null where tools are called and nothing is said
    /// @param reasoningContent what was thought before; absent if nothing was
    record Message(
            String role,
            @Nullable String content,
            @Nullable String refusal,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String reasoningContent,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            List<ToolCall> toolCalls) {}

    static ChatCompletion of(Answer answer, List<Choice> choices, UsageReport usage, Timings timings) {
        return new ChatCompletion(
                answer.id(),
                "chat.completion",
                answer.created(),
                answer.model(),
                answer.fingerprint(),
                choices,
                usage,
                timings);
    }
}
