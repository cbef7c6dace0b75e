package dev.lilla.serve.text;

import dev.lilla.chat.Role;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.Json;
import dev.lilla.serve.http.JsonFields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The field `messages`, as chat templates want it: texts in one piece, and arguments of tools as objects.
public final class ChatMessages {
    private static final int MESSAGES_MAX = 10_000;

    private ChatMessages() {}

    public static List<Map<String, Object>> read(JsonFields fields) {
        if (fields.any("messages").isEmpty()) {
            throw fields.missing("messages");
        }
        List<JsonFields> messages = fields.objects("messages");
        if (messages.isEmpty() || messages.size() > MESSAGES_MAX) {
            throw fields.invalid("messages", "must hold 1 to " + MESSAGES_MAX + ", found " + messages.size());
        }
        return messages.stream().map(ChatMessages::message).toList();
    }

    private static Map<String, Object> message(JsonFields message) {
        Role role = role(message);
        Map<String, Object> result = new HashMap<>();
        result.put("role", role.label());
        List<Map<String, Object>> calls = toolCalls(message);
        Optional<String> content = content(message);
        if (content.isEmpty() && (role != Role.ASSISTANT || calls.isEmpty())) {
            throw message.missing("content");
        }
        result.put("content", content.orElse(""));
        if (!calls.isEmpty()) {
            result.put("tool_calls", calls);
        }
        message.text("name").ifPresent(name -> result.put("name", name));
        message.text("tool_call_id").ifPresent(id -> result.put("tool_call_id", id));
        message.text("reasoning_content").ifPresent(text -> result.put("reasoning_content", text));
        return result;
    }

    private static Role role(JsonFields message) {
        String label = message.requiredText("role");
        try {
            return Role.of(label);
        } catch (IllegalArgumentException e) {
            throw message.invalid("role", "is wrong: " + e.getMessage());
        }
    }

    private static Optional<String> content(JsonFields message) {
        Optional<JsonNode> content = message.any("content");
        if (content.isEmpty() || content.get().isString()) {
            return message.text("content");
        }
        if (!content.get().isArray()) {
            throw message.wrong("content", "a string or an array of parts", content.get());
        }
        StringBuilder text = new StringBuilder();
        for (JsonFields part : message.objects("content")) {
            String type = part.requiredText("type");
            switch (type) {
                case "text" -> text.append(part.requiredText("text"));
                case "refusal" -> text.append(part.requiredText("refusal"));
                default ->
                    throw part.invalid("type", "must be text, found " + type + ": the models here read text only");
            }
        }
        return Optional.of(text.toString());
    }

    private static List<Map<String, Object>> toolCalls(JsonFields message) {
        List<Map<String, Object>> calls = new ArrayList<>();
        for (JsonFields call : message.objects("tool_calls")) {
            JsonFields function = call.object("function").orElseThrow(() -> call.missing("function"));
            Map<String, Object> called =
                    Map.of("name", function.requiredText("name"), "arguments", arguments(function));
            calls.add(Map.of("id", call.text("id").orElse(""), "type", "function", "function", called));
        }
        return calls;
    }

    /// JSON in a string, as OpenAI has it, or the object itself, as Ollama has it.
    private static JsonNode arguments(JsonFields function) {
        Optional<JsonNode> arguments = function.any("arguments");
        if (arguments.isPresent() && arguments.get() instanceof ObjectNode object) {
            return object;
        }
        String text =
                function.text("arguments").filter(given -> !given.isBlank()).orElse("{}");
        try {
            return Json.MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw wrongArguments(function, e);
        }
    }

    private static HttpFailure wrongArguments(JsonFields function, JacksonException e) {
        return function.invalid("arguments", "must be JSON in a string: " + e.getOriginalMessage());
    }
}
