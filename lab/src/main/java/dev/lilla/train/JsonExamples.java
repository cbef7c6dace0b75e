package dev.lilla.train;

import dev.lilla.data.JsonLine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Examples from lines of JSON: `{"messages": […]}`, `{"prompt": …, "completion": …}` or `{"text": …}`.
final class JsonExamples {
    private static final int MESSAGES_MAX = 10_000;
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool");
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final String name;
    private final Columns columns;
    private final JsonLine lines;

    /// @param name of the file, for messages
    JsonExamples(String name, Columns columns) {
        this.name = name;
        this.columns = columns;
        this.lines = new JsonLine(name);
    }

    /// @param line its number, from 1
    Example parse(String json, int line) {
        JsonNode node = lines.parse(json, line);
        if (!node.isObject()) {
            throw broken(line, "holds " + node.getNodeType() + ", expected an object with " + columns.expected());
        }
        if (node.has(columns.messages())) {
            return conversation(node, line);
        }
        if (node.has(columns.prompt()) && node.has(columns.completion())) {
            return new Example.Completion(
                    line,
                    Optional.of(node.path(columns.system()))
                            .filter(JsonNode::isString)
                            .map(JsonNode::stringValue),
                    text(node, columns.prompt(), line),
                    text(node, columns.completion(), line));
        }
        if (node.has(columns.text())) {
            return new Example.Text(line, text(node, columns.text(), line));
        }
        throw broken(
                line,
                "has the keys " + node.propertyNames() + ", expected " + columns.expected()
                        + ". Map other names with --columns, for example prompt=question,completion=answer");
    }

    private Example conversation(JsonNode node, int line) {
        JsonNode list = node.path(columns.messages());
        if (!list.isArray() || list.isEmpty() || list.size() > MESSAGES_MAX) {
            throw broken(line, "'" + columns.messages() + "' has to be a list of 1 to " + MESSAGES_MAX + " messages");
        }
        List<Map<String, Object>> messages = new ArrayList<>();
        for (JsonNode message : list) {
            messages.add(message(message, messages.size() + 1, line));
        }
        Map<String, Object> variables = new HashMap<>();
        if (node.path("tools").isArray()) {
            variables.put("tools", JsonMapper.shared().convertValue(node.path("tools"), List.class));
        }
        return new Example.Conversation(line, messages, variables);
    }

    private Map<String, Object> message(JsonNode message, int number, int line) {
        String where = "message " + number + " ";
        if (!message.isObject()) {
            throw broken(line, where + "is " + message.getNodeType() + ", expected an object with role and content");
        }
        String role = message.path("role").asString("");
        if (!ROLES.contains(role)) {
            throw broken(line, where + "has the role '" + role + "'; there are " + new TreeSet<>(ROLES));
        }
        JsonNode content = message.path("content");
        boolean hasCalls = message.path("tool_calls").isArray();
        if (!content.isString() && !content.isArray() && !(content.isNull() && hasCalls)) {
            throw broken(line, where + "has no text in 'content'");
        }
        return JsonMapper.shared().convertValue(message, OBJECT);
    }

    private String text(JsonNode node, String key, int line) {
        JsonNode value = node.path(key);
        if (!value.isString()) {
            throw broken(line, "'" + key + "' is " + value.getNodeType() + ", expected a text");
        }
        return value.stringValue();
    }

    private IllegalArgumentException broken(int line, String what) {
        return new IllegalArgumentException(name + ": line " + line + ": " + what + ".");
    }
}
