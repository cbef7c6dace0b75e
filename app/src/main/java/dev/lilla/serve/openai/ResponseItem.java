package dev.lilla.serve.openai;

import dev.lilla.serve.text.ToolCallReader;
import java.util.UUID;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The one item of a response's output: a message, or the call of a tool.
///
/// @param id of the item
record ResponseItem(String id) {
    static ResponseItem message() {
        return new ResponseItem("msg_" + UUID.randomUUID().toString().replace("-", ""));
    }

    static ResponseItem call() {
        return new ResponseItem("fc_" + UUID.randomUUID().toString().replace("-", ""));
    }

    /// A message without its text.
    ObjectNode begun() {
        ObjectNode item = JsonNodeFactory.instance.objectNode();
        item.put("type", "message").put("id", id).put("status", "in_progress").put("role", "assistant");
        item.putArray("content");
        return item;
    }

    /// @param status `completed` or `incomplete`
    ObjectNode message(String text, String status) {
        ObjectNode item = begun().put("status", status);
        item.putArray("content").add(part(text));
        return item;
    }

    static ObjectNode part(String text) {
        ObjectNode part = JsonNodeFactory.instance.objectNode();
        part.put("type", "output_text").put("text", text);
        part.putArray("annotations");
        return part;
    }

    ObjectNode call(ToolCallReader call, String status) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", "function_call")
                .put("id", id)
                .put("status", status)
                .put("call_id", call.id())
                .put("name", call.name())
                .put("arguments", call.arguments());
    }
}
