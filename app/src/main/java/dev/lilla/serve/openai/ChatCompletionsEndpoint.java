package dev.lilla.serve.openai;

import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.ErrorShape;
import dev.lilla.serve.http.EventStream;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/// `POST /v1/chat/completions`: the next turn of a conversation.
public final class ChatCompletionsEndpoint implements Endpoint {
    private final ModelHost host;
    private final AnswerOptions options;

    public ChatCompletionsEndpoint(ModelHost host, AnswerOptions options) {
        this.host = host;
        this.options = options;
    }

    @Override
    public void handle(Exchange exchange) throws InterruptedException {
        JsonFields fields = JsonFields.of(exchange.json());
        try (ModelLease lease = ModelChoice.lease(fields, host)) {
            HostedModel model = lease.model();
            ChatCompletionRequest request = ChatCompletionRequest.read(fields, model);
            Submission.Terms terms = new Submission.Terms(
                    model,
                    List.of(request.prompt(model)),
                    request.generation(),
                    model.defaults().stopStrings(),
                    "messages",
                    request.generation().maxTokens(),
                    request.topLogprobs());
            Answer answer = Answer.begin("chatcmpl-", model.entry().name(), model.fingerprint());
            try (Submission texts = Submission.of(exchange, terms, options)) {
                if (request.generation().isStream()) {
                    boolean includeUsage = request.generation().includeUsage();
                    stream(exchange, texts, new ChatStream(answer, model.text().tokenizer(), includeUsage));
                } else {
                    exchange.send(whole(texts, answer, model.text().tokenizer()));
                }
            }
        }
    }

    private ChatCompletion whole(Submission texts, Answer answer, Tokenizer tokenizer) throws InterruptedException {
        texts.read(options.ping(), Submission.Reader.NONE);
        List<ChatCompletion.Choice> choices = new ArrayList<>();
        for (WrittenChoice choice : texts.choices()) {
            choices.add(new ChatCompletion.Choice(
                    choice.index(),
                    new ChatCompletion.Message("assistant", choice.text(), null),
                    ChatLogprobs.of(tokenizer, choice.tokens()),
                    choice.finishReason()));
        }
        return ChatCompletion.of(
                answer,
                choices,
                UsageReport.of(texts.choices()),
                Timings.of(texts.choices().getFirst().usage()));
    }

    private void stream(Exchange exchange, Submission texts, ChatStream chat) throws InterruptedException {
        try (EventStream events = exchange.events()) {
            try {
                chat.begin(events, texts.choices());
                texts.read(options.ping(), chat.reader(events));
                chat.end(events, texts.choices());
            } catch (HttpFailure e) {
                events.fail(ErrorShape.OPENAI, e);
            }
        }
    }
}
