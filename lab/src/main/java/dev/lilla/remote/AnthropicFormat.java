package dev.lilla.remote;

import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Message;
import dev.lilla.chat.Role;
import dev.lilla.chat.SamplerOptions;
import java.net.URI;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Anthropic's messages. System messages stand beside the turns, and the length of an answer has to be said.
record AnthropicFormat() implements WireFormat {
    private static final String VERSION = "2023-06-01";

    /// Where a request does not say how long an answer may get.
    private static final int TOKENS_USUALLY = 4096;

    @Override
    public URI endpoint(URI base) {
        return URI.create(base + (base.toString().endsWith("/v1") ? "" : "/v1") + "/messages");
    }

    @Override
    public Map<String, String> headers(ApiKey key) {
        return Map.of("x-api-key", key.secret(), "anthropic-version", VERSION);
    }

    @Override
    public ObjectNode body(String model, ChatRequest request) {
        RequestCheck.check(request);
        ObjectNode body = JsonMapper.shared().createObjectNode();
        body.put("model", model).put("stream", true);
        body.put("max_tokens", request.maxTokens().orElse(TOKENS_USUALLY));
        String system = request.messages().stream()
                .filter(message -> message.role() == Role.SYSTEM)
                .map(Message::content)
                .collect(Collectors.joining("\n\n"));
        if (!system.isBlank()) {
            body.put("system", system);
        }
        ArrayNode turns = body.putArray("messages");
        for (Message message : request.messages()) {
            switch (message.role()) {
                case SYSTEM -> {}
                case USER, ASSISTANT ->
                    turns.addObject().put("role", message.role().label()).put("content", message.content());
                case TOOL -> throw RequestCheck.cannot("results of tools");
            }
        }
        if (!request.stop().isEmpty()) {
            request.stop().forEach(body.putArray("stop_sequences")::add);
        }
        request.sampler().ifPresent(sampler -> sampling(body, sampler));
        return body;
    }

    /// There is no seed: what is drawn with a temperature is never the same again.
    private static void sampling(ObjectNode body, SamplerOptions sampler) {
        if (sampler.penalties().presence() != 0 || sampler.penalties().frequency() != 0) {
            throw RequestCheck.cannot("penalties through Anthropic's API");
        }
        if (sampler.temperature() > 1) {
            throw RequestCheck.cannot("a temperature above 1 through Anthropic's API");
        }
        body.put("temperature", sampler.temperature());
        if (sampler.topP() < 1) {
            body.put("top_p", sampler.topP());
        }
        if (sampler.topK() > 0) {
            body.put("top_k", sampler.topK());
        }
    }

    @Override
    public void read(JsonNode data, StreamedAnswer answer) throws StreamFailure {
        switch (data.path("type").asString("")) {
            case "message_start" -> {
                JsonNode usage = data.path("message").path("usage");
                answer.promptTokens(read(usage), usage.path("cache_read_input_tokens"));
            }
            case "content_block_start" ->
                answer.text(data.path("content_block").path("text").asString(""));
            case "content_block_delta" ->
                answer.text(data.path("delta").path("text").asString(""));
            case "message_delta" -> {
                JsonNode reason = data.path("delta").path("stop_reason");
                if (reason.isString()) {
                    answer.finish(
                            switch (reason.stringValue()) {
                                case "max_tokens", "model_context_window_exceeded" -> FinishReason.LENGTH;
                                default -> FinishReason.STOP;
                            });
                }
                if (data.path("usage").isObject()) {
                    answer.completionTokens(data.path("usage").path("output_tokens"));
                }
            }
            case "message_stop" -> answer.end();
            case "error" ->
                throw new StreamFailure(data.path("error").path("type").asString(""));
            default -> {
                // Pings, ends of blocks, and events that are yet to be invented, which are to be ignored.
            }
        }
    }

    /// All tokens that were read: what came from or went into a cache is counted apart.
    private static JsonNode read(JsonNode usage) {
        JsonNode fresh = usage.path("input_tokens");
        if (!fresh.isIntegralNumber()) {
            return fresh;
        }
        long cached = usage.path("cache_read_input_tokens").asLong(0)
                + usage.path("cache_creation_input_tokens").asLong(0);
        return JsonNodeFactory.instance.numberNode(fresh.longValue() + cached);
    }

    @Override
    public boolean isEnd(String data) {
        return false;
    }
}
