package dev.lilla.serve.openai;

import dev.lilla.generate.TextEvent;
import dev.lilla.serve.http.EventStream;
import dev.lilla.serve.http.Json;
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
                    send(events, choice, event, piece);
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

    private void send(EventStream events, WrittenChoice choice, TextEvent event, String piece) {
        ChatLogprobs logprobs =
                event instanceof TextEvent.Token token && token.logprobs().isPresent()
                        ? ChatLogprobs.of(tokenizer, List.of(token))
                        : null;
        if (!piece.isEmpty() || logprobs != null) {
            events.send(chunk(choice, ChatCompletionChunk.Delta.text(piece), logprobs));
        }
    }

    private void sendCall(EventStream events, WrittenChoice choice, String piece, ToolCallReader call) {
        boolean isBegun = !call.arguments().isEmpty();
        String arguments = call.add(piece);
        if (arguments.isEmpty()) {
            return;
        }
        if (!isBegun) {
            events.send(chunk(choice, ChatCompletionChunk.Delta.call(ToolCall.begin(call)), null));
        }
        events.send(chunk(choice, ChatCompletionChunk.Delta.call(ToolCall.more(arguments)), null));
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
