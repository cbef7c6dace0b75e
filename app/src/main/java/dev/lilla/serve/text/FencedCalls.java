package dev.lilla.serve.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Calls as the chat templates of DeepSeek V3 and R1 take them: arguments as a text, and no content, without which they
/// leave the calls out.
final class FencedCalls {
    private FencedCalls() {}

    static List<Map<String, Object>> in(List<Map<String, Object>> messages) {
        return messages.stream().map(FencedCalls::message).toList();
    }

    private static Map<String, Object> message(Map<String, Object> message) {
        if (!(message.get("tool_calls") instanceof List<?> calls)) {
            return message;
        }
        Map<String, Object> changed = new HashMap<>(message);
        changed.put("content", null);
        List<Object> written = new ArrayList<>();
        for (Object call : calls) {
            Map<Object, Object> fields = new HashMap<>((Map<?, ?>) call);
            Map<Object, Object> function = new HashMap<>((Map<?, ?>) fields.get("function"));
            function.put("arguments", String.valueOf(function.get("arguments")));
            fields.put("function", function);
            written.add(fields);
        }
        changed.put("tool_calls", written);
        return changed;
    }
}
