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
    private final AnswerReader reader;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder thought = new StringBuilder();
    private final List<AnswerPart.Call> calls = new ArrayList<>();
    private List<AnswerPart> fresh = List.of();
    private int undecidedTokens;
    private int thoughtTokens;
    private final List<TextEvent.Token> tokens = new ArrayList<>();
    private TextEvent.@Nullable End end;

    /// @param index among the choices of the answer
    /// @param first whether it is the first choice of its prompt
    /// @param reader takes it apart
    WrittenChoice(int index, boolean first, AnswerReader reader) {
        this.reader = reader;
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
        read(event, piece);
        return piece;
    }

    private void read(TextEvent event, String piece) {
        boolean wasThinking = reader.isThinking();
        fresh = new ArrayList<>(reader.add(piece));
        if (event instanceof TextEvent.End) {
            fresh.addAll(reader.end());
        }
        if (event instanceof TextEvent.Token) {
            count(wasThinking || reader.isThinking());
        }
        for (AnswerPart part : fresh) {
            switch (part) {
                case AnswerPart.Text(String said) -> content.append(said);
                case AnswerPart.Thought(String thinking) -> thought.append(thinking);
                case AnswerPart.Call call -> calls.add(call);
            }
        }
    }

    private void count(boolean isThought) {
        if (reader.isUndecided()) {
            undecidedTokens++;
        } else {
            thoughtTokens += isThought ? 1 + undecidedTokens : 0;
            undecidedTokens = 0;
        }
    }

    /// All that was written, thoughts and calls as the model writes them included.
    public String text() {
        return text.toString();
    }

    /// What was said.
    public String content() {
        return content.toString();
    }

    /// What was thought before; empty if nothing was.
    public String thought() {
        return thought.toString();
    }

    /// The tools that were called of the model's own accord.
    public List<AnswerPart.Call> calls() {
        return calls;
    }

    /// What the last event has added of these.
    public List<AnswerPart> fresh() {
        return fresh;
    }

    /// Tokens that are thoughts, their marks included.
    public int thoughtTokens() {
        return thoughtTokens;
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

    /// The name of the wire for why it ended, where calls are a reason of their own.
    public String finishReasonOfTurn() {
        String reason = finishReason();
        return reason.equals("stop") && !calls.isEmpty() ? "tool_calls" : reason;
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
