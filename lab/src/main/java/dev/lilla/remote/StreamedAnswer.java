package dev.lilla.remote;

import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatResponse;
import dev.lilla.chat.DraftUsage;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Usage;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

/// An answer that grows event by event. Times count from its making.
final class StreamedAnswer {
    /// More than any context holds.
    private static final int TOKENS_MAX = 1 << 28;

    private static final int CHARACTERS_MAX = 8 << 20;

    private final AnswerListener listener;
    private final StringBuilder text = new StringBuilder();
    private final long started = System.nanoTime();
    private long first;
    private int promptTokens = -1;
    private int cachedTokens;
    private int completionTokens = -1;
    private FinishReason finish = FinishReason.STOP;
    private boolean hasReason;
    private boolean isEnded;

    StreamedAnswer(AnswerListener listener) {
        this.listener = listener;
    }

    /// Takes the next piece of the text; an empty one is nothing yet.
    void text(String piece) {
        if (piece.isEmpty()) {
            return;
        }
        if (text.length() + piece.length() > CHARACTERS_MAX) {
            throw new MalformedStreamException("the answer is longer than " + CHARACTERS_MAX + " characters");
        }
        if (text.isEmpty()) {
            first = System.nanoTime() - started;
        }
        text.append(piece);
        listener.text(piece);
    }

    void promptTokens(JsonNode count, JsonNode cached) {
        promptTokens = tokens(count);
        cachedTokens = cached.isMissingNode() || cached.isNull() ? 0 : Math.min(promptTokens, tokens(cached));
    }

    void completionTokens(JsonNode count) {
        completionTokens = tokens(count);
    }

    private static int tokens(JsonNode count) {
        if (!count.isIntegralNumber() || count.longValue() < 0 || count.longValue() > TOKENS_MAX) {
            throw new MalformedStreamException("the usage holds something else than a number of tokens");
        }
        return count.intValue();
    }

    void finish(FinishReason reason) {
        finish = reason;
        hasReason = true;
    }

    /// Nothing follows.
    void end() {
        isEnded = true;
    }

    boolean isEnded() {
        return isEnded;
    }

    /// Whether it was said why the text ends.
    boolean isFinished() {
        return hasReason;
    }

    boolean hasText() {
        return !text.isEmpty();
    }

    /// The whole answer.
    ///
    /// @throws MalformedStreamException if nobody said why it ends, or how many tokens it has
    ChatResponse whole() {
        if (!hasReason) {
            throw new MalformedStreamException("the stream says its end without a reason (finish_reason, stop_reason)");
        }
        if (promptTokens < 0 || completionTokens < 0) {
            throw new MalformedStreamException("the stream says nothing of its tokens, so nobody knows what the answer"
                    + " cost; a server of OpenAI's API has to heed stream_options.include_usage");
        }
        return response(finish);
    }

    /// What there is, as nobody wants the rest.
    ChatResponse cancelled() {
        return response(FinishReason.CANCELLED);
    }

    private ChatResponse response(FinishReason reason) {
        long total = System.nanoTime() - started;
        long reading = text.isEmpty() ? total : first;
        Usage usage = new Usage(
                Math.max(0, promptTokens),
                cachedTokens,
                Math.max(0, completionTokens),
                Duration.ofNanos(reading),
                Duration.ofNanos(total - reading),
                DraftUsage.NONE);
        return new ChatResponse(text.toString(), reason, usage);
    }
}
