package dev.lilla.serve.openai;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.EventStream;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.AnswerOptions;
import dev.lilla.serve.text.AnswerPart;
import dev.lilla.serve.text.ModelChoice;
import dev.lilla.serve.text.Submission;
import dev.lilla.serve.text.ToolCallReader;
import dev.lilla.serve.text.ToolChoice;
import dev.lilla.serve.text.WrittenChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `POST /v1/responses`, without anything that the server would have to remember.
public record ResponsesEndpoint(ModelHost host, AnswerOptions options) implements Endpoint {
    @Override
    public void handle(Exchange exchange) throws InterruptedException {
        JsonFields fields = JsonFields.of(exchange.json());
        try (ModelLease lease = ModelChoice.lease(fields, host)) {
            HostedModel model = lease.model();
            Submission.requirePlace(exchange, model);
            ChatCompletionRequest request = ChatCompletionRequest.read(ResponsesRequest.chat(fields), model);
            ResponseBody body = begun(fields, request, model);
            try (Submission texts = Submission.of(exchange, request.terms(model), options)) {
                if (request.generation().isStream()) {
                    stream(exchange, texts, body, request.tools());
                } else {
                    texts.read(options.ping(), Submission.Reader.NONE);
                    exchange.send(whole(body, texts.choices().getFirst(), request.tools()));
                }
            }
        }
    }

    private static ResponseBody begun(JsonFields fields, ChatCompletionRequest request, HostedModel model) {
        Answer answer = Answer.begin("resp_", model.entry().name(), model.fingerprint());
        SamplerOptions sampler = request.generation().sampler();
        JsonNode choice = fields.any("tool_choice").orElse(JsonNodeFactory.instance.stringNode("auto"));
        return new ResponseBody(
                answer.id(),
                "response",
                answer.created(),
                "in_progress",
                null,
                null,
                fields.any("instructions").orElse(null),
                Map.of(),
                answer.model(),
                List.of(),
                false,
                null,
                false,
                sampler.temperature(),
                choice,
                fields.any("tools").orElse(JsonNodeFactory.instance.arrayNode()),
                sampler.topP(),
                null);
    }

    private static ResponseBody whole(ResponseBody body, WrittenChoice choice, ToolChoice tools) {
        String status = choice.finishReason().equals("stop") ? "completed" : "incomplete";
        return body.ended(status, items(choice, tools, status), UsageReport.of(List.of(choice)));
    }

    private static List<ObjectNode> items(WrittenChoice choice, ToolChoice tools, String status) {
        if (tools.isForced()) {
            ToolCallReader call = tools.reader();
            String arguments = call.add(choice.text());
            return List.of(ResponseItem.of(ResponseItem.Kind.CALL).call(call.id(), call.name(), arguments, status));
        }
        List<ObjectNode> items = new ArrayList<>();
        boolean isOver = !choice.content().isEmpty() || !choice.calls().isEmpty();
        if (!choice.thought().isEmpty()) {
            items.add(ResponseItem.of(ResponseItem.Kind.REASONING)
                    .whole(choice.thought(), isOver ? "completed" : status));
        }
        if (isOver ? !choice.content().isEmpty() : items.isEmpty()) {
            items.add(ResponseItem.of(ResponseItem.Kind.MESSAGE).whole(choice.content(), status));
        }
        for (AnswerPart.Call call : choice.calls()) {
            items.add(ResponseItem.of(ResponseItem.Kind.CALL)
                    .call(call.id(), call.name(), call.arguments(), "completed"));
        }
        return items;
    }

    private void stream(Exchange exchange, Submission texts, ResponseBody body, ToolChoice tools)
            throws InterruptedException {
        try (EventStream events = exchange.events()) {
            ResponseStream stream = new ResponseStream(events, body, tools);
            try {
                stream.begin();
                texts.read(options.ping(), stream);
                stream.end(texts.choices().getFirst());
            } catch (HttpFailure e) {
                stream.fail(e);
            }
        }
    }
}
