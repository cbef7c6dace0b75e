package dev.lilla.cli;

import dev.lilla.chat.ChatModel;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.Message;
import dev.lilla.chat.SamplerOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// How a test of the demo asks a model: greedily, so that the same question has the same answer.
final class DemoQuestion {
    static final int ANSWER_TOKENS_MAX = 160;

    private DemoQuestion() {}

    /// The answer, without space around it.
    static String ask(ChatModel chat, List<Message> messages) {
        ChatRequest request = new ChatRequest(
                messages, Optional.of(SamplerOptions.greedy()), OptionalInt.of(ANSWER_TOKENS_MAX), List.of(), Map.of());
        return chat.chat(request).text().strip();
    }
}
