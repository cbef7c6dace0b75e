package dev.lilla.serve.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lilla.serve.text.Timings;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The reply of `POST /v1/completions`, in one piece or a part of a stream.
///
/// @param usage what it cost; in a stream JSON's null before the last part, absent if nobody asked
/// @param timings where a text ends
record TextCompletion(
        String id,
        String object,
        long created,
        String model,
        String systemFingerprint,
        List<Choice> choices,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable JsonNode usage,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Timings timings) {
    record Choice(
            String text,
            int index,
            @Nullable String finishReason,
            @Nullable LegacyLogprobs logprobs) {}

    static TextCompletion of(Answer answer, List<Choice> choices, @Nullable JsonNode usage, @Nullable Timings timings) {
        return new TextCompletion(
                answer.id(),
                "text_completion",
                answer.created(),
                answer.model(),
                answer.fingerprint(),
                choices,
                usage,
                timings);
    }
}
