package dev.lilla.serve.openai;

import dev.lilla.generate.TextEvent;
import dev.lilla.serve.http.EventStream;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.Json;
import dev.lilla.serve.text.AnswerPart;
import dev.lilla.serve.text.Submission;
import dev.lilla.serve.text.ToolCallReader;
import dev.lilla.serve.text.ToolChoice;
import dev.lilla.serve.text.WrittenChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The events of a response that is streamed, numbered in their order. Owned by the thread that answers.
final class ResponseStream implements Submission.Reader {
    private static final String COMPLETED = "completed";

    private final EventStream events;
    private final ResponseBody body;
    private final boolean isForced;
    private final ToolCallReader call;
    private final List<ObjectNode> done = new ArrayList<>();
    private Optional<OpenItem> open = Optional.empty();
    private int number;

    /// An item that is written.
    private record OpenItem(ResponseItem item, StringBuilder text) {}

    ResponseStream(EventStream events, ResponseBody body, ToolChoice tools) {
        this.events = events;
        this.body = body;
        this.isForced = tools.isForced();
        this.call = isForced ? tools.reader() : ToolCallReader.none();
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

    /// An event about the item that is written.
    private ObjectNode about(String type, ResponseItem item) {
        return event(type).put("item_id", item.id()).put("output_index", done.size());
    }

    /// An event about the text of the item.
    private ObjectNode aboutText(String type, ResponseItem item) {
        return about(type, item).put(item.kind().index(), 0);
    }

    private void sendItem(String type, ObjectNode value) {
        ObjectNode event = event(type).put("output_index", done.size());
        event.set("item", value);
        send(event);
    }

    private void sendPart(String type, ResponseItem item, String text) {
        ObjectNode event = aboutText(type, item);
        event.set("part", item.part(text));
        send(event);
    }

    void begin() {
        sendBody("response.created", body);
        sendBody("response.in_progress", body);
    }

    @Override
    public void written(WrittenChoice choice, TextEvent event, String piece) {
        if (isForced) {
            writeForced(piece);
            return;
        }
        for (AnswerPart part : choice.fresh()) {
            switch (part) {
                case AnswerPart.Text(String text) -> write(ResponseItem.Kind.MESSAGE, text);
                case AnswerPart.Thought(String text) -> write(ResponseItem.Kind.REASONING, text);
                case AnswerPart.Call made -> writeCall(made);
            }
        }
    }

    private void write(ResponseItem.Kind kind, String text) {
        OpenItem into = opened(kind);
        into.text().append(text);
        ObjectNode delta = aboutText(kind.textEvent() + ".delta", into.item()).put("delta", text);
        send(kind.completed(delta));
    }

    /// The item of a kind that is written, begun now unless it was before.
    private OpenItem opened(ResponseItem.Kind kind) {
        if (open.isPresent() && open.get().item().kind() == kind) {
            return open.get();
        }
        finish(COMPLETED);
        OpenItem item = new OpenItem(ResponseItem.of(kind), new StringBuilder());
        open = Optional.of(item);
        sendItem("response.output_item.added", item.item().begun());
        sendPart(kind.partEvent() + ".added", item.item(), "");
        return item;
    }

    /// Ends the item that is written.
    private void finish(String status) {
        if (open.isEmpty()) {
            return;
        }
        ResponseItem item = open.get().item();
        String text = open.get().text().toString();
        send(item.kind()
                .completed(aboutText(item.kind().textEvent() + ".done", item).put("text", text)));
        sendPart(item.kind().partEvent() + ".done", item, text);
        add(item.whole(text, status));
        open = Optional.empty();
    }

    private void add(ObjectNode item) {
        sendItem("response.output_item.done", item);
        done.add(item);
    }

    private void writeCall(AnswerPart.Call made) {
        finish(COMPLETED);
        ResponseItem item = ResponseItem.of(ResponseItem.Kind.CALL);
        sendItem("response.output_item.added", item.call(made.id(), made.name(), "", "in_progress"));
        send(about("response.function_call_arguments.delta", item).put("delta", made.arguments()));
        endCall(item, made, COMPLETED);
    }

    private void endCall(ResponseItem item, AnswerPart.Call made, String status) {
        send(about("response.function_call_arguments.done", item)
                .put("name", made.name())
                .put("arguments", made.arguments()));
        add(item.call(made.id(), made.name(), made.arguments(), status));
    }

    private void writeForced(String piece) {
        boolean isBegun = !call.arguments().isEmpty();
        String arguments = call.add(piece);
        if (arguments.isEmpty()) {
            return;
        }
        if (!isBegun) {
            ResponseItem item = ResponseItem.of(ResponseItem.Kind.CALL);
            open = Optional.of(new OpenItem(item, new StringBuilder()));
            sendItem("response.output_item.added", item.call(call.id(), call.name(), "", "in_progress"));
        }
        send(about("response.function_call_arguments.delta", open.orElseThrow().item())
                .put("delta", arguments));
    }

    @Override
    public void waiting() {
        events.ping();
    }

    void end(WrittenChoice choice) {
        String status = choice.finishReason().equals("stop") ? COMPLETED : "incomplete";
        if (isForced) {
            if (open.isPresent()) {
                endCall(open.get().item(), new AnswerPart.Call(call.id(), call.name(), call.arguments()), status);
            }
        } else {
            if (open.isEmpty() && done.isEmpty()) {
                opened(ResponseItem.Kind.MESSAGE);
            }
            finish(status);
        }
        sendBody("response." + status, body.ended(status, done, UsageReport.of(List.of(choice))));
    }

    void fail(HttpFailure failure) {
        sendBody("response.failed", body.failed(failure));
    }
}
