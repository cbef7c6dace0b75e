package dev.lilla.train;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// One example as its file has it, before any tokenizer.
public sealed interface Example {
    /// Where in its file it begins, from 1.
    int line();

    /// All that is said in it, for comparing examples.
    String words();

    /// A chat whose assistant turns are learned.
    ///
    /// @param messages each with `role`, `content` and whatever else a chat template may ask for; an
    ///     assistant's
    ///     `weight` of 0 leaves that turn out of the loss, as in OpenAI's format
    /// @param variables further ones for the chat template, such as `tools`
    record Conversation(int line, List<Map<String, Object>> messages, Map<String, Object> variables)
            implements Example {
        public Conversation {
            messages = List.copyOf(messages);
            variables = Map.copyOf(variables);
        }

        @Override
        public String words() {
            return messages.stream()
                    .map(message -> message.get("role") + " " + message.get("content"))
                    .collect(Collectors.joining("\n"));
        }
    }

    /// A prompt and the answer that is learned.
    record Completion(int line, Optional<String> system, String prompt, String completion) implements Example {
        @Override
        public String words() {
            return system.map(text -> "system " + text + "\n").orElse("") + "user " + prompt + "\nassistant "
                    + completion;
        }
    }

    /// A text that is learned as a whole.
    record Text(int line, String text) implements Example {
        @Override
        public String words() {
            return text;
        }
    }
}
