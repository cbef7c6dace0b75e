package dev.lilla.serve.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lilla.serve.http.HttpFailure;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The reply of `POST /v1/responses`.
///
/// @param status `in_progress`, `completed`, `incomplete` or `failed`
/// @param usage null until the text has ended
@JsonInclude(JsonInclude.Include.ALWAYS)
record ResponseBody(
        String id,
        String object,
        long createdAt,
        String status,
        @Nullable Failure error,
        @Nullable Reason incompleteDetails,
        @Nullable JsonNode instructions,
        Map<String, String> metadata,
        String model,
        List<ObjectNode> output,
        boolean parallelToolCalls,
        @Nullable JsonNode previousResponseId,
        boolean store,
        double temperature,
        JsonNode toolChoice,
        JsonNode tools,
        double topP,
        @Nullable Usage usage) {
    record Failure(String code, String message) {}

    record Reason(String reason) {}

    record Usage(
            int inputTokens,
            InputDetails inputTokensDetails,
            int outputTokens,
            OutputDetails outputTokensDetails,
            int totalTokens) {
        static Usage of(UsageReport usage) {
            return new Usage(
                    usage.promptTokens(),
                    new InputDetails(usage.promptTokensDetails().cachedTokens(), 0),
                    usage.completionTokens(),
                    new OutputDetails(usage.completionTokensDetails().reasoningTokens()),
                    usage.totalTokens());
        }
    }

    /// @param cacheWriteTokens those that writing into the cache was charged for, which costs nothing here; clients
    ///     want the field
    record InputDetails(int cachedTokens, int cacheWriteTokens) {}

    record OutputDetails(int reasoningTokens) {}

    private ResponseBody with(String newStatus, List<ObjectNode> items, @Nullable Usage cost, @Nullable Failure why) {
        return new ResponseBody(
                id,
                object,
                createdAt,
                newStatus,
                why,
                newStatus.equals("incomplete") ? new Reason("max_output_tokens") : null,
                instructions,
                metadata,
                model,
                items,
                parallelToolCalls,
                previousResponseId,
                store,
                temperature,
                toolChoice,
                tools,
                topP,
                cost);
    }

    /// The same with its items.
    ResponseBody ended(String newStatus, List<ObjectNode> items, UsageReport cost) {
        return with(newStatus, items, Usage.of(cost), null);
    }

    ResponseBody failed(HttpFailure failure) {
        return with("failed", List.of(), null, new Failure(failure.kind().label(), failure.message()));
    }
}
