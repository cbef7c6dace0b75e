package dev.lilla.chat;

/// Watches an answer while it is made, and may end it. Called on the thread that makes it.
public interface AnswerListener {
    /// Listens to nothing and never cancels.
    AnswerListener NONE = piece -> {};

    /// Takes the next piece of text: whole code points, never part of a stop string.
    void text(String piece);

    /// Asked before every step; an answer ends within one step of `true`.
    default boolean isCancelled() {
        return false;
    }

    /// Says how much of the prompt was read.
    default void promptRead(int tokens, int promptTokens) {}
}
