package dev.lilla.serve.openai;

import dev.lilla.generate.TextEvent;
import dev.lilla.serve.http.EventStream;
import dev.lilla.serve.http.Json;
import dev.lilla.serve.text.AnswerPart;
import dev.lilla.serve.text.ChatLogprobs;
import dev.lilla.serve.text.Submission;
import dev.lilla.serve.text.Timings;
import dev.lilla.serve.text.ToolCallReader;
import dev.lilla.serve.text.ToolChoice;
import dev.lilla.serve.text.WrittenChoice;
import dev.lilla.tokenizer.Tokenizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/// The chunks of one chat's answer.
///
/// @param includeUsage whether the last chunk says what it cost
/// @param tools what may or must be called
record ChatStream(Answer answer, Tokenizer tokenizer, boolean includeUsage, ToolChoice tools) {
    /// Says who speaks.
    void begin(EventStream events, List<WrittenChoice> choices) {
        for (WrittenChoice choice : choices) {
            events.send(chunk(choice, ChatCompletionChunk.Delta.ROLE, null));
        }
    }

    Submission.Reader reader(EventStream events) {
        Map<Integer, ToolCallReader> calls = new HashMap<>();
        return new Submission.Reader() {
            @Override
            public void written(WrittenChoice choice, TextEvent event, String piece) {
                if (tools.isForced()) {
                    sendCall(events, choice, piece, calls.computeIfAbsent(choice.index(), _ -> tools.reader()));
                } else {
                    send(events, choice, event);
                }
                if (event instanceof TextEvent.End) {
                    sendEnd(events, choice);
                }
            }

            @Override
            public void waiting() {
                events.ping();
            }
        };
    }

    private void send(EventStream events, WrittenChoice choice, TextEvent event) {
        ChatLogprobs logprobs =
                event instanceof TextEvent.Token token && token.logprobs().isPresent()
                        ? ChatLogprobs.of(tokenizer, List.of(token))
                        : null;
        int call = choice.calls().size()
                - (int) choice.fresh().stream()
                        .filter(AnswerPart.Call.class::isInstance)
                        .count();
        for (AnswerPart part : choice.fresh()) {
            switch (part) {
                case AnswerPart.Text(String text) -> {
                    events.send(chunk(choice, ChatCompletionChunk.Delta.text(text), logprobs));
                    logprobs = null;
                }
                case AnswerPart.Thought(String text) -> {
                    events.send(chunk(choice, ChatCompletionChunk.Delta.thought(text), logprobs));
                    logprobs = null;
                }
                case AnswerPart.Call(String id, String name, String arguments) -> {
                    sendDelta(events, choice, ToolCall.begin(call, id, name));
                    sendDelta(events, choice, ToolCall.more(call, arguments));
                    call++;
                }
            }
        }
        if (logprobs != null) {
            events.send(chunk(choice, ChatCompletionChunk.Delta.text(""), logprobs));
        }
    }

    private void sendDelta(EventStream events, WrittenChoice choice, ToolCall call) {
        events.send(chunk(choice, ChatCompletionChunk.Delta.call(call), null));
    }

    private void sendCall(EventStream events, WrittenChoice choice, String piece, ToolCallReader call) {
        boolean isBegun = !call.arguments().isEmpty();
        String arguments = call.add(piece);
        if (arguments.isEmpty()) {
            return;
        }
        if (!isBegun) {
            sendDelta(events, choice, ToolCall.begin(0, call.id(), call.name()));
        }
        sendDelta(events, choice, ToolCall.more(0, arguments));
    }

    private void sendEnd(EventStream events, WrittenChoice choice) {
        ChatCompletionChunk.Choice last = new ChatCompletionChunk.Choice(
                choice.index(), ChatCompletionChunk.Delta.NOTHING, null, ToolCall.finishReason(tools, choice));
        events.send(ChatCompletionChunk.of(answer, List.of(last), noUsage(), Timings.of(choice.usage())));
    }

    /// Says what it cost, if that was asked for, and that nothing follows.
    void end(EventStream events, List<WrittenChoice> choices) {
        if (includeUsage) {
            JsonNode usage = Json.MAPPER.valueToTree(UsageReport.of(choices));
            events.send(ChatCompletionChunk.of(answer, List.of(), usage, null));
        }
        events.done();
    }

    private ChatCompletionChunk chunk(
            WrittenChoice choice, ChatCompletionChunk.Delta delta, @Nullable ChatLogprobs logprobs) {
        ChatCompletionChunk.Choice part = new ChatCompletionChunk.Choice(choice.index(), delta, logprobs, null);
        return ChatCompletionChunk.of(answer, List.of(part), noUsage(), null);
    }

    private @Nullable JsonNode noUsage() {
        return includeUsage ? NullNode.getInstance() : null;
    }
}
