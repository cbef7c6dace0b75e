package dev.lilla.chat;

/// Something that answers: a model here, one elsewhere, or a fake in a test.
public interface ChatModel {
    /// The name it is known by.
    String name();

    /// Answers, and gives out the text while it is made.
    ///
    /// @throws IllegalArgumentException if the conversation does not fit the model: its template refuses it, or
    ///     it is too long for the context
    ChatResponse chat(ChatRequest request, AnswerListener listener);

    /// Answers in one piece.
    default ChatResponse chat(ChatRequest request) {
        return chat(request, AnswerListener.NONE);
    }
}
