package dev.lilla.serve.openai;

import java.util.UUID;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// An item of a response's output.
///
/// @param id of the item
record ResponseItem(String id, Kind kind) {
    /// What an item is, and what the wire calls its events.
    enum Kind {
        MESSAGE("msg_", "content_index", "response.output_text", "response.content_part"),
        /// What was thought, which the wire has as a summary.
        REASONING("rs_", "summary_index", "response.reasoning_summary_text", "response.reasoning_summary_part"),
        CALL("fc_", "", "", "");

        private final String prefix;
        private final String index;
        private final String textEvent;
        private final String partEvent;

        Kind(String prefix, String index, String textEvent, String partEvent) {
            this.prefix = prefix;
            this.index = index;
            this.textEvent = textEvent;
            this.partEvent = partEvent;
        }

        /// The field with the number of a text within the item.
        String index() {
            return index;
        }

        String textEvent() {
            return textEvent;
        }

        String partEvent() {
            return partEvent;
        }

        /// An event about text with what clients want in it. Nobody can ask for logprobs here.
        ObjectNode completed(ObjectNode event) {
            if (this == MESSAGE) {
                event.putArray("logprobs");
            }
            return event;
        }
    }

    static ResponseItem of(Kind kind) {
        return new ResponseItem(kind.prefix + UUID.randomUUID().toString().replace("-", ""), kind);
    }

    /// The item without its text.
    ObjectNode begun() {
        ObjectNode item = JsonNodeFactory.instance.objectNode();
        if (kind == Kind.REASONING) {
            item.put("type", "reasoning").put("id", id).put("status", "in_progress");
            item.putArray("summary");
        } else {
            item.put("type", "message")
                    .put("id", id)
                    .put("status", "in_progress")
                    .put("role", "assistant");
            item.putArray("content");
        }
        return item;
    }

    /// The item with its text.
    ///
    /// @param status `completed` or `incomplete`
    ObjectNode whole(String text, String status) {
        ObjectNode item = begun().put("status", status);
        item.putArray(kind == Kind.REASONING ? "summary" : "content").add(part(text));
        return item;
    }

    ObjectNode part(String text) {
        ObjectNode part = JsonNodeFactory.instance.objectNode();
        if (kind == Kind.REASONING) {
            return part.put("type", "summary_text").put("text", text);
        }
        part.put("type", "output_text").put("text", text);
        part.putArray("annotations");
        return part;
    }

    /// The call of a tool.
    ///
    /// @param callId what its result is sent back under
    ObjectNode call(String callId, String name, String arguments, String status) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", "function_call")
                .put("id", id)
                .put("status", status)
                .put("call_id", callId)
                .put("name", name)
                .put("arguments", arguments);
    }
}
