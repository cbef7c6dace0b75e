package dev.lilla.demo;

import dev.lilla.chat.Message;
import dev.lilla.chat.Role;
import java.util.List;

/// One conversation of the corpus, ending with the one right answer.
///
/// @param kind what sort of its task it is: the kind of a question, the category of a message, the intent of small
///     talk, the topic of a house log
/// @param messages a system turn or none, the user's turn, the assistant's turn
/// @param skeletons identities of the sentence skeletons it is made of, those that can be held out
/// @param names the names in it that can be held out: stems of products and firms, whole names of customers
public record Example(
        Task task,
        Language language,
        Split split,
        String kind,
        List<Message> messages,
        List<String> skeletons,
        List<String> names) {
    public Example {
        messages = List.copyOf(messages);
        skeletons = List.copyOf(skeletons);
        names = List.copyOf(names);
        int turns = messages.size();
        if (turns < 2
                || messages.get(turns - 1).role() != Role.ASSISTANT
                || messages.get(turns - 2).role() != Role.USER) {
            throw new IllegalArgumentException("an example ends with a user's and an assistant's turn: " + messages);
        }
    }

    /// The answer to produce.
    public String answer() {
        return messages.getLast().content();
    }

    /// All before the answer.
    public List<Message> prompt() {
        return messages.subList(0, messages.size() - 1);
    }

    /// The user's turn.
    public String request() {
        return messages.get(messages.size() - 2).content();
    }

    /// All turns as one text, each on a line of its own.
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Message message : messages) {
            text.append(message.content()).append('\n');
        }
        return text.toString();
    }
}
