package dev.lilla.generate;

import dev.lilla.chat.AnswerListener;
import java.util.Optional;

/// Watches a sequence token by token, and may end it. Called on the thread that makes the steps.
interface SequenceListener {
    /// Takes the next token.
    ///
    /// @param piece the text that is certain now: whole code points, never part of a stop string, often empty
    void token(int token, String piece, Optional<TokenLogprobs> logprobs);

    /// Takes the text that was held back until the end.
    void tail(String piece);

    /// Says how much of the prompt was read.
    void promptRead(int tokens, int promptTokens);

    /// Asked before every step.
    boolean isCancelled();

    /// Gives on what is text.
    static SequenceListener of(AnswerListener listener) {
        return new SequenceListener() {
            @Override
            public void token(int token, String piece, Optional<TokenLogprobs> logprobs) {
                tail(piece);
            }

            @Override
            public void tail(String piece) {
                if (!piece.isEmpty()) {
                    listener.text(piece);
                }
            }

            @Override
            public void promptRead(int tokens, int promptTokens) {
                listener.promptRead(tokens, promptTokens);
            }

            @Override
            public boolean isCancelled() {
                return listener.isCancelled();
            }
        };
    }
}
