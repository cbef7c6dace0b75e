package dev.lilla.remote;

import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Message;
import dev.lilla.chat.SamplerOptions;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// OpenAI's chat completions, as OpenAI and most servers have them.
///
/// @param lengthField how the most tokens of an answer are called: most servers know the older name, OpenAI's
///     newer models only the newer one
record OpenAiFormat(String lengthField) implements WireFormat {
    private static final String OLDER = "max_tokens";
    private static final String NEWER = "max_completion_tokens";

    OpenAiFormat() {
        this(OLDER);
    }

    @Override
    public URI endpoint(URI base) {
        boolean isBare = base.getPath() == null || base.getPath().isEmpty();
        return URI.create(base + (isBare ? "/v1" : "") + "/chat/completions");
    }

    @Override
    public Map<String, String> headers(ApiKey key) {
        return Map.of("Authorization", "Bearer " + key.secret());
    }

    @Override
    public ObjectNode body(String model, ChatRequest request) {
        RequestCheck.check(request);
        ObjectNode body = JsonMapper.shared().createObjectNode();
        body.put("model", model).put("stream", true);
        body.putObject("stream_options").put("include_usage", true);
        ArrayNode messages = body.putArray("messages");
        for (Message message : request.messages()) {
            messages.addObject().put("role", message.role().label()).put("content", message.content());
        }
        request.maxTokens().ifPresent(most -> body.put(lengthField, most));
        if (!request.stop().isEmpty()) {
            request.stop().forEach(body.putArray("stop")::add);
        }
        request.sampler().ifPresent(sampler -> sampling(body, sampler));
        return body;
    }

    /// What is as usual is left out: some providers refuse fields that they do not know.
    private static void sampling(ObjectNode body, SamplerOptions sampler) {
        body.put("temperature", sampler.temperature());
        if (sampler.topP() < 1) {
            body.put("top_p", sampler.topP());
        }
        if (sampler.topK() > 0) {
            body.put("top_k", sampler.topK());
        }
        if (!sampler.isGreedy()) {
            body.put("seed", sampler.seed());
        }
        if (sampler.penalties().presence() != 0) {
            body.put("presence_penalty", sampler.penalties().presence());
        }
        if (sampler.penalties().frequency() != 0) {
            body.put("frequency_penalty", sampler.penalties().frequency());
        }
    }

    @Override
    public void read(JsonNode data, StreamedAnswer answer) throws StreamFailure {
        if (data.path("error").isObject()) {
            JsonNode error = data.path("error");
            throw new StreamFailure(
                    error.path("code").asString(error.path("type").asString("")));
        }
        for (JsonNode choice : data.path("choices")) {
            answer.text(choice.path("delta").path("content").asString(""));
            JsonNode reason = choice.path("finish_reason");
            if (reason.isString()) {
                answer.finish(reason.stringValue().equals("length") ? FinishReason.LENGTH : FinishReason.STOP);
            }
        }
        JsonNode usage = data.path("usage");
        if (usage.isObject()) {
            answer.promptTokens(
                    usage.path("prompt_tokens"),
                    usage.path("prompt_tokens_details").path("cached_tokens"));
            answer.completionTokens(usage.path("completion_tokens"));
        }
    }

    @Override
    public boolean isEnd(String data) {
        return data.equals("[DONE]");
    }

    @Override
    public Optional<WireFormat> after(Refusal refusal) {
        boolean isAboutLength = refusal.status() == 400 && refusal.parameter().equals(Optional.of(lengthField));
        return isAboutLength && lengthField.equals(OLDER) ? Optional.of(new OpenAiFormat(NEWER)) : Optional.empty();
    }
}
