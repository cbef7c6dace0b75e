package dev.lilla.serve.openai;

import dev.lilla.generate.TextEvent;
import dev.lilla.serve.http.EventStream;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.Json;
import dev.lilla.serve.text.Submission;
import dev.lilla.serve.text.ToolCallReader;
import dev.lilla.serve.text.ToolChoice;
import dev.lilla.serve.text.WrittenChoice;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The events of a response that is streamed, numbered in their order. Owned by the thread that answers.
final class ResponseStream implements Submission.Reader {
    private final EventStream events;
    private final ResponseBody body;
    private final ResponseItem item;
    private final boolean isCall;
    private final ToolCallReader call;
    private int number;

    ResponseStream(EventStream events, ResponseBody body, ToolChoice tools) {
        this.events = events;
        this.body = body;
        this.isCall = tools.isForced();
        this.item = isCall ? ResponseItem.call() : ResponseItem.message();
        this.call = isCall ? tools.reader() : ToolCallReader.none();
    }

    private ObjectNode event(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type).put("sequence_number", number++);
    }

    private void send(ObjectNode event) {
        events.send(event.get("type").stringValue(), event);
    }

    private void sendBody(String type, ResponseBody state) {
        ObjectNode event = event(type);
        event.set("response", Json.MAPPER.valueToTree(state));
        send(event);
    }

    /// An event about the item.
    private ObjectNode about(String type) {
        return event(type).put("item_id", item.id()).put("output_index", 0);
    }

    /// An event about the text of the item.
    private ObjectNode aboutText(String type) {
        return about(type).put("content_index", 0);
    }

    /// Nobody can ask for them here, but clients want the field.
    private static ObjectNode withLogprobs(ObjectNode event) {
        event.putArray("logprobs");
        return event;
    }

    private void sendItem(String type, ObjectNode value) {
        ObjectNode event = event(type).put("output_index", 0);
        event.set("item", value);
        send(event);
    }

    private void sendPart(String type, String text) {
        ObjectNode event = aboutText(type);
        event.set("part", ResponseItem.part(text));
        send(event);
    }

    void begin() {
        sendBody("response.created", body);
        sendBody("response.in_progress", body);
        if (!isCall) {
            sendItem("response.output_item.added", item.begun());
            sendPart("response.content_part.added", "");
        }
    }

    @Override
    public void written(WrittenChoice choice, TextEvent event, String piece) {
        if (isCall) {
            writeCall(piece);
        } else if (!piece.isEmpty()) {
            send(withLogprobs(aboutText("response.output_text.delta").put("delta", piece)));
        }
    }

    private void writeCall(String piece) {
        boolean isBegun = !call.arguments().isEmpty();
        ObjectNode before = item.call(call, "in_progress");
        String arguments = call.add(piece);
        if (arguments.isEmpty()) {
            return;
        }
        if (!isBegun) {
            sendItem("response.output_item.added", before.put("name", call.name()));
        }
        send(about("response.function_call_arguments.delta").put("delta", arguments));
    }

    @Override
    public void waiting() {
        events.ping();
    }

    void end(WrittenChoice choice) {
        boolean isWhole = choice.finishReason().equals("stop");
        String status = isWhole ? "completed" : "incomplete";
        ObjectNode done;
        if (isCall) {
            send(about("response.function_call_arguments.done")
                    .put("name", call.name())
                    .put("arguments", call.arguments()));
            done = item.call(call, status);
        } else {
            send(withLogprobs(aboutText("response.output_text.done").put("text", choice.text())));
            sendPart("response.content_part.done", choice.text());
            done = item.message(choice.text(), status);
        }
        sendItem("response.output_item.done", done);
        sendBody("response." + status, body.ended(status, done, UsageReport.of(List.of(choice))));
    }

    void fail(HttpFailure failure) {
        sendBody("response.failed", body.failed(failure));
    }
}
