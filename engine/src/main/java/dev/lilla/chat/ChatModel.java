package dev.lilla.chat;

import java.util.function.Predicate;

/// Something that answers: a model here, one elsewhere, or a fake in a test.
public interface ChatModel {
    /// The name it is known by.
    String name();

    /// Answers, and gives out the text while it is made.
    ///
    /// @param listener takes each piece of text, whole code points, and says whether to go on; `false` cancels
    /// @throws IllegalArgumentException if the conversation does not fit the model: its template refuses it, or
    ///     it is too long for the context
    ChatResponse chat(ChatRequest request, Predicate<String> listener);

    /// Answers in one piece.
    default ChatResponse chat(ChatRequest request) {
        return chat(request, text -> true);
    }
}
