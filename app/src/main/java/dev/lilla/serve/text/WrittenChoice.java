package dev.lilla.serve.text;

import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Usage;
import dev.lilla.generate.TextEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One choice as far as it is written. Owned by the thread that answers.
public final class WrittenChoice {
    private final int index;
    private final boolean first;
    private final StringBuilder text = new StringBuilder();
    private final List<TextEvent.Token> tokens = new ArrayList<>();
    private TextEvent.@Nullable End end;

    /// @param index among the choices of the answer
    /// @param first whether it is the first choice of its prompt
    public WrittenChoice(int index, boolean first) {
        this.index = index;
        this.first = first;
    }

    public int index() {
        return index;
    }

    public boolean isFirst() {
        return first;
    }

    /// Takes the next event.
    ///
    /// @return text that is new
    public String add(TextEvent event) {
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

    public String text() {
        return text.toString();
    }

    /// What was written, whatever of it became text.
    public List<TextEvent.Token> tokens() {
        return tokens;
    }

    boolean hasEnded() {
        return end != null;
    }

    private TextEvent.End end() {
        return Objects.requireNonNull(end, "the choice has not ended");
    }

    public Usage usage() {
        return end().usage();
    }

    public boolean isCancelled() {
        return end().reason() == FinishReason.CANCELLED;
    }

    /// The name of the wire for why it ended.
    public String finishReason() {
        return switch (end().reason()) {
            case STOP -> "stop";
            case LENGTH, DEADLINE -> "length";
            case CANCELLED -> throw new IllegalStateException("nobody is told how a cancelled text ended");
        };
    }

    /// Mean of the logarithms of its tokens' probabilities.
    public double meanLogprob() {
        return tokens.stream()
                .mapToDouble(token -> token.logprobs().orElseThrow().token())
                .average()
                .orElse(0);
    }
}
