package dev.lilla.serve.ollama;

import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.AnswerForm;
import dev.lilla.serve.text.AnswerOptions;
import dev.lilla.serve.text.ChatMessages;
import dev.lilla.serve.text.ChatPrompt;
import dev.lilla.serve.text.GenerationFields;
import dev.lilla.serve.text.Submission;
import dev.lilla.serve.text.ToolChoice;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `POST /api/chat`: the next turn of a conversation.
public record ChatEndpoint(ModelHost host, AnswerOptions options) implements Endpoint {
    @Override
    public void handle(Exchange exchange) throws InterruptedException {
        long began = System.nanoTime();
        JsonFields fields = JsonFields.of(exchange.json());
        if (fields.objects("messages").isEmpty() && OllamaModel.isLetGo(fields, host)) {
            OllamaReply.Form form = new OllamaReply.Form(OllamaModel.name(fields), true, began, Duration.ZERO);
            new OllamaAnswer(options, form).sendEmpty(exchange, OllamaOptions.isStream(fields), "unload");
            return;
        }
        try (ModelLease lease = OllamaModel.lease(fields, host)) {
            HostedModel model = lease.model();
            Duration loaded = Duration.ofNanos(System.nanoTime() - began);
            OllamaAnswer answer =
                    new OllamaAnswer(options, new OllamaReply.Form(OllamaModel.name(fields), true, began, loaded));
            GenerationFields generation = OllamaOptions.read(fields, model);
            if (fields.objects("messages").isEmpty()) {
                answer.sendEmpty(exchange, generation.isStream(), "load");
                return;
            }
            Submission.requirePlace(exchange, model);
            ToolChoice tools = ToolChoice.read(fields);
            int[] tokens = prompt(fields, tools, model).tokens(model);
            answer.send(
                    exchange,
                    new Submission.Terms(
                            model,
                            List.of(tokens),
                            generation,
                            model.defaults().stopStrings(),
                            "messages",
                            generation.maxTokens(),
                            OllamaOptions.topLogprobs(fields),
                            AnswerForm.of(model, tokens, tools, generation)));
        }
    }

    private static ChatPrompt prompt(JsonFields fields, ToolChoice tools, HostedModel model) {
        Map<String, Object> arguments = new HashMap<>(Thinking.templateArguments(fields, model));
        if (!tools.told().isEmpty()) {
            arguments.put("tools", tools.told());
        }
        return ChatPrompt.of(ChatMessages.read(JsonFields.of(messages(fields))), arguments);
    }

    /// The messages by the names that OpenAI has for their fields.
    private static ObjectNode messages(JsonFields fields) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode messages = body.putArray("messages");
        for (JsonFields message : fields.objects("messages")) {
            OllamaOptions.refuseImages(message);
            ObjectNode copy = message.node().deepCopy();
            if (message.any("content").isEmpty()) {
                copy.put("content", "");
            }
            message.text("thinking").ifPresent(text -> copy.put("reasoning_content", text));
            message.text("tool_name").ifPresent(name -> copy.put("name", name));
            messages.add(copy);
        }
        return body;
    }
}
