package dev.lilla.evaluate.task;

import dev.lilla.chat.Message;
import java.util.List;
import java.util.stream.Collectors;

/// What a model is given.
public sealed interface Prompt {
    /// A text to continue.
    record Text(String text) implements Prompt {}

    /// A conversation whose next turn is the answer.
    record Chat(List<Message> messages) implements Prompt {
        public Chat {
            messages = List.copyOf(messages);
        }
    }

    /// For people.
    default String shown() {
        return switch (this) {
            case Text(String text) -> text;
            case Chat(List<Message> messages) ->
                messages.stream()
                        .map(message -> message.role().label() + ": " + message.content())
                        .collect(Collectors.joining("\n"));
        };
    }
}
