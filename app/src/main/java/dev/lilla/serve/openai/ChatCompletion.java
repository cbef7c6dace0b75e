package dev.lilla.serve.openai;

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

    record Message(String role, String content, @Nullable String refusal) {}

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
