package dev.lilla.serve.openai;

import dev.lilla.generate.TextEvent;
import dev.lilla.serve.http.EventStream;
import dev.lilla.serve.http.Json;
import dev.lilla.serve.text.Submission;
import dev.lilla.serve.text.Timings;
import dev.lilla.serve.text.WrittenChoice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/// The parts of a streamed completion. Owned by the thread that answers.
final class CompletionStream {
    private final Answer answer;
    private final CompletionTexts texts;
    private final List<LegacyLogprobs.@Nullable Collector> logprobs = new ArrayList<>();

    CompletionStream(Answer answer, CompletionTexts texts) {
        this.answer = answer;
        this.texts = texts;
    }

    /// Sends the prompts, if they are to be echoed.
    void begin(EventStream events, List<WrittenChoice> choices) {
        for (WrittenChoice choice : choices) {
            logprobs.add(texts.collector(choice));
            if (texts.request().echo()) {
                send(events, choice, texts.beginning(choice), null);
            }
        }
    }

    Submission.Reader reader(EventStream events) {
        return new Submission.Reader() {
            @Override
            public void written(WrittenChoice choice, TextEvent event, String piece) {
                take(events, choice, event, piece);
            }

            @Override
            public void waiting() {
                events.ping();
            }
        };
    }

    private void take(EventStream events, WrittenChoice choice, TextEvent event, String piece) {
        LegacyLogprobs.Collector collector = logprobs.get(choice.index());
        boolean isWanted = !texts.isPromptOnly();
        boolean hasLogprobs = isWanted && collector != null && event instanceof TextEvent.Token;
        if (hasLogprobs && collector != null && event instanceof TextEvent.Token token) {
            collector.add(token);
        }
        if (isWanted && (!piece.isEmpty() || hasLogprobs)) {
            send(events, choice, piece, null);
        }
        if (event instanceof TextEvent.End) {
            send(events, choice, "", choice.finishReason());
        }
    }

    /// Says what it cost, if that was asked for, and that nothing follows.
    void end(EventStream events, List<WrittenChoice> choices) {
        if (texts.request().generation().includeUsage()) {
            JsonNode usage = Json.MAPPER.valueToTree(UsageReport.of(choices));
            events.send(TextCompletion.of(answer, List.of(), usage, null));
        }
        events.done();
    }

    private void send(EventStream events, WrittenChoice choice, String text, @Nullable String finishReason) {
        LegacyLogprobs.Collector collector = logprobs.get(choice.index());
        TextCompletion.Choice part = new TextCompletion.Choice(
                text,
                choice.index(),
                finishReason,
                collector == null || finishReason != null ? null : collector.take());
        JsonNode usage = texts.request().generation().includeUsage() ? NullNode.getInstance() : null;
        Timings timings = finishReason == null ? null : Timings.of(choice.usage());
        events.send(TextCompletion.of(answer, List.of(part), usage, timings));
    }
}
