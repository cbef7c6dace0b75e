package dev.lilla.serve.llamacpp;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.AnswerForm;
import dev.lilla.serve.text.AnswerOptions;
import dev.lilla.serve.text.GenerationFields;
import dev.lilla.serve.text.ModelChoice;
import dev.lilla.serve.text.Submission;
import dev.lilla.serve.text.TextPrompt;
import dev.lilla.serve.text.Unsupported;
import java.util.List;
import java.util.OptionalInt;

/// `POST /completion`: a text goes on, as llama.cpp's server answers outside of OpenAI's API.
public record CompletionEndpoint(ModelHost host, AnswerOptions options) implements Endpoint {
    private static final int LOGPROBS_MAX = 20;
    /// Ways of choosing tokens that are not here, off if they are 0.
    private static final List<String> UNSUPPORTED =
            List.of("mirostat", "dry_multiplier", "xtc_probability", "dynatemp_range");

    @Override
    public void handle(Exchange exchange) throws InterruptedException {
        JsonFields fields = JsonFields.of(exchange.json());
        try (ModelLease lease = ModelChoice.lease(fields, host)) {
            HostedModel model = lease.model();
            Submission.requirePlace(exchange, model);
            for (String name : UNSUPPORTED) {
                fields.number(name, -Double.MAX_VALUE, Double.MAX_VALUE).ifPresent(value -> {
                    if (value != 0) {
                        throw Unsupported.field(fields, name);
                    }
                });
            }
            TextPrompt prompt = TextPrompt.read(fields, "prompt", model, 1).getFirst();
            GenerationFields generation = generation(fields, model);
            OptionalInt top = fields.integer("n_probs", 0, LOGPROBS_MAX);
            Submission.Terms terms = new Submission.Terms(
                    model,
                    List.of(prompt.tokens()),
                    generation,
                    List.of(),
                    "prompt",
                    maxTokens(fields),
                    top.orElse(0) > 0 ? top : OptionalInt.empty(),
                    AnswerForm.PLAIN);
            CompletionReply.Form form = new CompletionReply.Form(
                    model.entry().name(), prompt, model.text().tokenizer(), generation.stop());
            try (Submission texts = Submission.of(exchange, terms, options)) {
                if (generation.isStream()) {
                    exchange.events(events -> {
                        texts.read(options.ping(), form.reader(events));
                        events.send(form.end(texts.choices().getFirst()));
                    });
                } else {
                    texts.read(options.ping(), Submission.Reader.NONE);
                    exchange.send(form.whole(texts.choices().getFirst()));
                }
            }
        }
    }

    /// With the order in which llama.cpp's samplers act unless `samplers` says otherwise.
    private static GenerationFields generation(JsonFields fields, HostedModel model) {
        GenerationFields generation = GenerationFields.read(fields, model);
        if (generation.choices() != 1) {
            throw fields.invalid("n", "must be 1; /v1/completions writes several texts");
        }
        List<SamplerOptions.Stage> order = SamplerOrder.read(fields);
        return new GenerationFields(
                generation.sampler().withOrder(order),
                generation.stop(),
                generation.maxTokens(),
                1,
                generation.isStream(),
                false,
                generation.cachePrompt(),
                generation.grammar(),
                false);
    }

    /// -1 is for as many as fit.
    private static OptionalInt maxTokens(JsonFields fields) {
        OptionalInt given = fields.integer("n_predict", -1, Integer.MAX_VALUE);
        if (given.isPresent() && given.getAsInt() == 0) {
            throw fields.invalid("n_predict", "must be 1 or more, or -1 for as many as fit");
        }
        return given.orElse(-1) < 0 ? OptionalInt.empty() : given;
    }
}
