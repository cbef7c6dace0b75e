package dev.lilla.serve.ollama;

import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.AnswerForm;
import dev.lilla.serve.text.AnswerOptions;
import dev.lilla.serve.text.ChatPrompt;
import dev.lilla.serve.text.GenerationFields;
import dev.lilla.serve.text.Submission;
import dev.lilla.serve.text.ToolChoice;
import dev.lilla.serve.text.Unsupported;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `POST /api/generate`: the answer to a prompt, or with `raw` what follows it. The field `context` is ignored: it held
/// a conversation in the days before `/api/chat`.
public record GenerateEndpoint(ModelHost host, AnswerOptions options) implements Endpoint {
    @Override
    public void handle(Exchange exchange) throws InterruptedException {
        long began = System.nanoTime();
        JsonFields fields = JsonFields.of(exchange.json());
        if (fields.text("prompt").orElse("").isEmpty() && OllamaModel.isLetGo(fields, host)) {
            OllamaReply.Form form = new OllamaReply.Form(OllamaModel.name(fields), false, began, Duration.ZERO);
            new OllamaAnswer(options, form).sendEmpty(exchange, OllamaOptions.isStream(fields), "unload");
            return;
        }
        try (ModelLease lease = OllamaModel.lease(fields, host)) {
            HostedModel model = lease.model();
            Duration loaded = Duration.ofNanos(System.nanoTime() - began);
            OllamaAnswer answer =
                    new OllamaAnswer(options, new OllamaReply.Form(OllamaModel.name(fields), false, began, loaded));
            GenerationFields generation = OllamaOptions.read(fields, model);
            refuseUnsupported(fields);
            String prompt = fields.text("prompt").orElse("");
            if (prompt.isEmpty()) {
                answer.sendEmpty(exchange, generation.isStream(), "load");
                return;
            }
            Submission.requirePlace(exchange, model);
            boolean isRaw = fields.flag("raw") || model.text().template().isEmpty();
            int[] tokens = isRaw ? raw(fields, prompt, model) : turn(fields, prompt, model);
            answer.send(
                    exchange,
                    new Submission.Terms(
                            model,
                            List.of(tokens),
                            generation,
                            isRaw ? List.of() : model.defaults().stopStrings(),
                            "prompt",
                            generation.maxTokens(),
                            OllamaOptions.topLogprobs(fields),
                            isRaw ? AnswerForm.PLAIN : AnswerForm.of(model, tokens, ToolChoice.NONE, generation)));
        }
    }

    private static void refuseUnsupported(JsonFields fields) {
        OllamaOptions.refuseImages(fields);
        for (String field : List.of("suffix", "template")) {
            fields.text(field).filter(text -> !text.isEmpty()).ifPresent(_ -> {
                throw Unsupported.field(fields, field);
            });
        }
    }

    private static int[] raw(JsonFields fields, String prompt, HostedModel model) {
        fields.text("system").filter(system -> !system.isEmpty()).ifPresent(_ -> {
            throw HttpFailure.invalid(
                    "system", "system needs a chat template: leave out raw, or ask a model that has one");
        });
        return model.text().text(prompt);
    }

    private static int[] turn(JsonFields fields, String prompt, HostedModel model) {
        List<Map<String, Object>> messages = new ArrayList<>();
        fields.text("system")
                .filter(system -> !system.isEmpty())
                .ifPresent(system -> messages.add(Map.of("role", "system", "content", system)));
        messages.add(Map.of("role", "user", "content", prompt));
        return ChatPrompt.of(messages, Thinking.templateArguments(fields, model))
                .tokens(model);
    }
}
