package dev.lilla.serve.openai;

import dev.lilla.generate.TokenLogprobs;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.Json;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.AnswerForm;
import dev.lilla.serve.text.AnswerOptions;
import dev.lilla.serve.text.ModelChoice;
import dev.lilla.serve.text.Submission;
import dev.lilla.serve.text.TextPrompt;
import dev.lilla.serve.text.Timings;
import dev.lilla.serve.text.WrittenChoice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/// `POST /v1/completions`: a text goes on.
public record CompletionsEndpoint(ModelHost host, AnswerOptions options) implements Endpoint {
    @Override
    public void handle(Exchange exchange) throws InterruptedException {
        JsonFields fields = JsonFields.of(exchange.json());
        try (ModelLease lease = ModelChoice.lease(fields, host)) {
            HostedModel model = lease.model();
            Submission.requirePlace(exchange, model);
            CompletionRequest request = CompletionRequest.read(fields, model);
            Answer answer = Answer.begin("cmpl-", model.entry().name(), model.fingerprint());
            Submission.Terms terms = terms(request, model);
            try (Submission texts = Submission.of(exchange, terms, options)) {
                CompletionTexts completions = new CompletionTexts(
                        request,
                        model.text().tokenizer(),
                        promptLogprobs(request, model),
                        terms.fields().choices());
                if (request.generation().isStream()) {
                    CompletionStream parts = new CompletionStream(answer, completions);
                    exchange.events(events -> {
                        parts.begin(events, texts.choices());
                        texts.read(options.ping(), parts.reader(events));
                        parts.end(events, texts.choices());
                    });
                } else {
                    texts.read(options.ping(), Submission.Reader.NONE);
                    exchange.send(whole(answer, texts.choices(), completions));
                }
            }
        }
    }

    private static Submission.Terms terms(CompletionRequest request, HostedModel model) {
        // Which text is best shows in its logprobs.
        OptionalInt logprobs = request.logprobs().isEmpty()
                        && request.bestOf() > request.generation().choices()
                ? OptionalInt.of(0)
                : request.logprobs();
        return new Submission.Terms(
                model,
                request.prompts().stream().map(TextPrompt::tokens).toList(),
                request.generation().withChoices(request.bestOf()),
                List.of(),
                "prompt",
                OptionalInt.of(Math.max(1, request.maxTokens())),
                logprobs,
                AnswerForm.PLAIN);
    }

    /// For each prompt, how likely its tokens are; empty lists if nobody asked.
    private static List<List<TokenLogprobs>> promptLogprobs(CompletionRequest request, HostedModel model)
            throws InterruptedException {
        List<List<TokenLogprobs>> logprobs = new ArrayList<>();
        for (TextPrompt prompt : request.prompts()) {
            boolean isWanted = request.echo() && request.logprobs().isPresent();
            logprobs.add(
                    isWanted
                            ? model.promptLogprobs(
                                    prompt.tokens(), request.logprobs().getAsInt())
                            : List.of());
        }
        return logprobs;
    }

    private static TextCompletion whole(Answer answer, List<WrittenChoice> written, CompletionTexts completions) {
        List<TextCompletion.Choice> choices = new ArrayList<>();
        int each = completions.choicesEach();
        for (int first = 0; first < written.size(); first += each) {
            for (WrittenChoice choice : best(written.subList(first, first + each), completions.request())) {
                choices.add(completions.whole(choices.size(), choice));
            }
        }
        return TextCompletion.of(
                answer,
                choices,
                Json.MAPPER.valueToTree(UsageReport.of(written)),
                Timings.of(written.getFirst().usage()));
    }

    /// As many as were asked for: all, or the likeliest.
    private static List<WrittenChoice> best(List<WrittenChoice> written, CompletionRequest request) {
        int wanted = request.generation().choices();
        return written.size() == wanted
                ? written
                : written.stream()
                        .sorted(Comparator.comparingDouble(WrittenChoice::meanLogprob)
                                .reversed())
                        .limit(wanted)
                        .toList();
    }
}
