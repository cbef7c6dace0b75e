package dev.lilla.serve.text;

import dev.lilla.serve.host.IdentityDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Ids of calls as Mistral's templates demand them: nine letters and digits. Clients send what they like, and those of
/// Ollama nothing: a result without an id belongs to the first call that has none yet.
final class ShortCallIds {
    private static final int LENGTH = 9;

    private final Deque<String> unanswered = new ArrayDeque<>();
    private int calls;

    private ShortCallIds() {}

    static boolean areWantedBy(String template) {
        return template.contains("length != " + LENGTH);
    }

    static List<Map<String, Object>> in(List<Map<String, Object>> messages) {
        ShortCallIds ids = new ShortCallIds();
        return messages.stream().map(ids::message).toList();
    }

    private Map<String, Object> message(Map<String, Object> message) {
        Map<String, Object> changed = new HashMap<>(message);
        if (message.get("tool_calls") instanceof List<?> made) {
            unanswered.clear();
            List<Object> renamed = new ArrayList<>();
            for (Object call : made) {
                renamed.add(call instanceof Map<?, ?> fields ? call(fields) : call);
            }
            changed.put("tool_calls", renamed);
        } else if ("tool".equals(message.get("role"))) {
            String given = String.valueOf(message.getOrDefault("tool_call_id", ""));
            String next = unanswered.isEmpty() ? "" : unanswered.getFirst();
            String id = given.isEmpty() ? next : shortened(given);
            unanswered.remove(id);
            changed.put("tool_call_id", id);
        }
        return changed;
    }

    private Map<Object, Object> call(Map<?, ?> fields) {
        Map<Object, Object> call = new HashMap<>(fields);
        String given = fields.get("id") instanceof String id ? id : "";
        String id = shortened(given.isEmpty() ? "call " + calls : given);
        calls++;
        unanswered.add(id);
        call.put("id", id);
        return call;
    }

    /// The same id for the same one, and itself where it is short enough already.
    private static String shortened(String id) {
        return id.matches("[A-Za-z0-9]{" + LENGTH + "}")
                ? id
                : IdentityDigest.of(id).substring(0, LENGTH);
    }
}
