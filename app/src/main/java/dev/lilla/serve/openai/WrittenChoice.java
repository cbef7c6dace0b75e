package dev.lilla.serve.openai;

import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Usage;
import dev.lilla.generate.TextEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One choice as far as it is written. Owned by the thread that answers.
final class WrittenChoice {
    private final int index;
    private final boolean first;
    private final StringBuilder text = new StringBuilder();
    private final List<TextEvent.Token> tokens = new ArrayList<>();
    private TextEvent.@Nullable End end;

    /// @param index among the choices of the answer
    /// @param first whether it is the first choice of its prompt
    WrittenChoice(int index, boolean first) {
        this.index = index;
        this.first = first;
    }

    int index() {
        return index;
    }

    boolean isFirst() {
        return first;
    }

    /// Takes the next event.
    ///
    /// @return text that is new
    String add(TextEvent event) {
        String piece = switch (event) {
            case TextEvent.PromptRead _ -> "";
            case TextEvent.Token token -> {
                tokens.add(token);
                yield token.piece();
            }
            case TextEvent.End last -> {
                end = last;
                yield last.tail();
            }
            case TextEvent.Failure failure -> throw failure.cause();
        };
        text.append(piece);
        return piece;
    }

    String text() {
        return text.toString();
    }

    /// What was written, whatever of it became text.
    List<TextEvent.Token> tokens() {
        return tokens;
    }

    boolean hasEnded() {
        return end != null;
    }

    private TextEvent.End end() {
        return Objects.requireNonNull(end, "the choice has not ended");
    }

    Usage usage() {
        return end().usage();
    }

    boolean isCancelled() {
        return end().reason() == FinishReason.CANCELLED;
    }

    /// The name of the wire for why it ended.
    String finishReason() {
        return switch (end().reason()) {
            case STOP -> "stop";
            case LENGTH, DEADLINE -> "length";
            case CANCELLED -> throw new IllegalStateException("nobody is told how a cancelled text ended");
        };
    }

    /// Mean of the logarithms of its tokens' probabilities.
    double meanLogprob() {
        return tokens.stream()
                .mapToDouble(token -> token.logprobs().orElseThrow().token())
                .average()
                .orElse(0);
    }
}
