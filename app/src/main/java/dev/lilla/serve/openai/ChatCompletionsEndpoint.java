package dev.lilla.serve.openai;

import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.AnswerOptions;
import dev.lilla.serve.text.ChatLogprobs;
import dev.lilla.serve.text.ModelChoice;
import dev.lilla.serve.text.Submission;
import dev.lilla.serve.text.Timings;
import dev.lilla.serve.text.ToolCallReader;
import dev.lilla.serve.text.ToolChoice;
import dev.lilla.serve.text.WrittenChoice;
import dev.lilla.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/// `POST /v1/chat/completions`: the next turn of a conversation.
public record ChatCompletionsEndpoint(ModelHost host, AnswerOptions options) implements Endpoint {
    @Override
    public void handle(Exchange exchange) throws InterruptedException {
        JsonFields fields = JsonFields.of(exchange.json());
        try (ModelLease lease = ModelChoice.lease(fields, host)) {
            HostedModel model = lease.model();
            Submission.requirePlace(exchange, model);
            ChatCompletionRequest request = ChatCompletionRequest.read(fields, model);
            Submission.Terms terms = request.terms(model);
            Answer answer = Answer.begin("chatcmpl-", model.entry().name(), model.fingerprint());
            try (Submission texts = Submission.of(exchange, terms, options)) {
                if (request.generation().isStream()) {
                    boolean includeUsage = request.generation().includeUsage();
                    ChatStream chat = new ChatStream(answer, model.text().tokenizer(), includeUsage, request.tools());
                    exchange.events(events -> {
                        chat.begin(events, texts.choices());
                        texts.read(options.ping(), chat.reader(events));
                        chat.end(events, texts.choices());
                    });
                } else {
                    exchange.send(whole(texts, answer, model.text().tokenizer(), request.tools()));
                }
            }
        }
    }

    private ChatCompletion whole(Submission texts, Answer answer, Tokenizer tokenizer, ToolChoice tools)
            throws InterruptedException {
        texts.read(options.ping(), Submission.Reader.NONE);
        List<ChatCompletion.Choice> choices = new ArrayList<>();
        for (WrittenChoice choice : texts.choices()) {
            choices.add(new ChatCompletion.Choice(
                    choice.index(),
                    message(choice, tools),
                    ChatLogprobs.of(tokenizer, choice.tokens()),
                    ToolCall.finishReason(tools, choice)));
        }
        return ChatCompletion.of(
                answer,
                choices,
                UsageReport.of(texts.choices()),
                Timings.of(texts.choices().getFirst().usage()));
    }

    private static ChatCompletion.Message message(WrittenChoice choice, ToolChoice tools) {
        if (!tools.isForced()) {
            List<ToolCall> calls = choice.calls().stream().map(ToolCall::of).toList();
            boolean isSilent = !calls.isEmpty() && choice.content().isEmpty();
            return new ChatCompletion.Message(
                    "assistant",
                    isSilent ? null : choice.content(),
                    null,
                    choice.thought().isEmpty() ? null : choice.thought(),
                    calls.isEmpty() ? null : calls);
        }
        ToolCallReader call = tools.reader();
        String arguments = call.add(choice.text());
        return new ChatCompletion.Message("assistant", null, null, null, List.of(ToolCall.of(call, arguments)));
    }
}
