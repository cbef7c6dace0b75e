package dev.lilla.serve.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Calls of tools and their results in plain words, for chat templates that have no place for them.
final class ToolWords {
    private ToolWords() {}

    /// For a model that may call a tool.
    ///
    /// @param notation one that a model has to be told of: [CallNotation#TOLD], or with names before the arguments
    static String howToCall(CallNotation notation) {
        String call = notation.body() instanceof CallNotation.Body.Named(String before, String between)
                ? before + "the function" + between + "its arguments as JSON" + (between.endsWith("\n") ? "\n" : "")
                : "{\"name\": the function, \"arguments\": its arguments}";
        return "To call one, write " + notation.openings().getFirst() + call + String.join("", notation.closings())
                + ". The user then tells you its result. Where no function helps, answer in words.";
    }

    /// The same messages without `tool_calls` and without the role `tool`: a call is what a model is asked to write, a
    /// result what the user says next.
    static List<Map<String, Object>> plain(List<Map<String, Object>> messages) {
        Map<String, String> names = new HashMap<>();
        List<Map<String, Object>> plain = new ArrayList<>();
        boolean isAfterResult = false;
        for (Map<String, Object> message : messages) {
            boolean isResult = "tool".equals(message.get("role"));
            if (message.get("tool_calls") instanceof List<?> calls) {
                plain.add(turn("assistant", said(message, calls, names)));
            } else if (isResult) {
                // Several results make one turn, as templates want turns to alternate.
                String before = isAfterResult ? plain.removeLast().get("content") + "\n" : "";
                plain.add(turn("user", before + result(message, names)));
            } else {
                plain.add(message);
            }
            isAfterResult = isResult;
        }
        return plain;
    }

    private static Map<String, Object> turn(String role, String content) {
        return Map.of("role", role, "content", content);
    }

    private static String said(Map<String, Object> message, List<?> calls, Map<String, String> names) {
        StringBuilder text = new StringBuilder(String.valueOf(message.get("content")));
        for (Object call : calls) {
            if (call instanceof Map<?, ?> fields && fields.get("function") instanceof Map<?, ?> function) {
                String name = String.valueOf(function.get("name"));
                names.put(String.valueOf(fields.get("id")), name);
                ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", name);
                if (function.get("arguments") instanceof JsonNode arguments) {
                    json.set("arguments", arguments);
                }
                text.append(text.isEmpty() ? "" : "\n")
                        .append("<tool_call>")
                        .append(json)
                        .append("</tool_call>");
            }
        }
        return text.toString();
    }

    private static String result(Map<String, Object> message, Map<String, String> names) {
        Object name = message.containsKey("name")
                ? message.get("name")
                : names.getOrDefault(String.valueOf(message.get("tool_call_id")), "the function");
        return "Result of " + name + ": " + message.get("content");
    }
}
