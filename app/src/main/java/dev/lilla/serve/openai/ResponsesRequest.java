package dev.lilla.serve.openai;

import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.Unsupported;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The body of `POST /v1/responses`, put into the words of `POST /v1/chat/completions`.
final class ResponsesRequest {
    /// Fields that mean the same there.
    private static final List<String> ALIKE = List.of(
            "model",
            "stream",
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "seed",
            "stop",
            "repeat_penalty",
            "presence_penalty",
            "frequency_penalty",
            "logit_bias",
            "cache_prompt",
            "chat_template_kwargs",
            "tool_choice");

    private ResponsesRequest() {}

    /// @throws HttpFailure 400 if it needs what the server does not keep, or a field is wrong
    static JsonFields chat(JsonFields fields) {
        for (String stateful : List.of("previous_response_id", "conversation")) {
            fields.any(stateful).ifPresent(_ -> {
                throw Unsupported.because(
                        fields, stateful, "is not supported: no answers are kept here; send the conversation as input");
            });
        }
        if (fields.flag("background")) {
            throw Unsupported.field(fields, "background");
        }
        ObjectNode chat = JsonNodeFactory.instance.objectNode();
        ALIKE.forEach(name -> fields.any(name).ifPresent(value -> chat.set(name, value)));
        fields.any("max_output_tokens").ifPresent(value -> chat.set("max_completion_tokens", value));
        fields.object("reasoning")
                .flatMap(reasoning -> reasoning.text("effort"))
                .ifPresent(effort -> chat.put("reasoning_effort", effort));
        fields.object("text")
                .flatMap(text -> text.object("format"))
                .ifPresent(format -> chat.set("response_format", format.node()));
        chat.set("messages", messages(fields));
        tools(fields, chat);
        return JsonFields.of(chat);
    }

    private static ArrayNode messages(JsonFields fields) {
        ArrayNode messages = JsonNodeFactory.instance.arrayNode();
        fields.text("instructions")
                .ifPresent(text -> messages.addObject().put("role", "system").put("content", text));
        JsonNode input = fields.any("input").orElseThrow(() -> fields.missing("input"));
        if (input.isString()) {
            messages.addObject().put("role", "user").set("content", input);
            return messages;
        }
        for (JsonFields item : fields.objects("input")) {
            add(messages, item);
        }
        return messages;
    }

    private static void add(ArrayNode messages, JsonFields item) {
        String type = item.text("type").orElse("message");
        switch (type) {
            case "message" -> {
                ObjectNode message = messages.addObject().put("role", item.requiredText("role"));
                message.set("content", content(item));
            }
            case "function_call" -> {
                ObjectNode message = messages.addObject().put("role", "assistant");
                message.putNull("content");
                ObjectNode call = message.putArray("tool_calls").addObject();
                call.put("id", item.requiredText("call_id")).put("type", "function");
                call.putObject("function")
                        .put("name", item.requiredText("name"))
                        .put("arguments", item.text("arguments").orElse("{}"));
            }
            case "function_call_output" -> {
                ObjectNode message = messages.addObject().put("role", "tool");
                message.put("tool_call_id", item.requiredText("call_id"));
                message.set(
                        "content",
                        item.any("output").map(_ -> content(item, "output")).orElseThrow(() -> item.missing("output")));
            }
            // What a model thought before is not part of the conversation.
            case "reasoning" -> {}
            default ->
                throw item.invalid(
                        "type", "must be message, function_call, function_call_output or reasoning, found " + type);
        }
    }

    private static JsonNode content(JsonFields item) {
        return content(item, "content");
    }

    private static JsonNode content(JsonFields item, String field) {
        JsonNode content = item.any(field).orElseThrow(() -> item.missing(field));
        if (content.isString()) {
            return content;
        }
        ArrayNode parts = JsonNodeFactory.instance.arrayNode();
        for (JsonFields part : item.objects(field)) {
            String type = part.requiredText("type");
            if (!type.endsWith("text")) {
                throw part.invalid("type", "must be input_text or output_text, found " + type);
            }
            parts.addObject().put("type", "text").put("text", part.requiredText("text"));
        }
        return parts;
    }

    /// Tools have their names one level higher here.
    private static void tools(JsonFields fields, ObjectNode chat) {
        List<JsonFields> tools = fields.objects("tools");
        if (tools.isEmpty()) {
            return;
        }
        ArrayNode converted = chat.putArray("tools");
        for (JsonFields tool : tools) {
            if (!tool.requiredText("type").equals("function")) {
                throw tool.invalid("type", "must be function: this server has no tools of its own");
            }
            ObjectNode function = tool.node().deepCopy();
            function.remove("type");
            converted.addObject().put("type", "function").set("function", function);
        }
    }
}
