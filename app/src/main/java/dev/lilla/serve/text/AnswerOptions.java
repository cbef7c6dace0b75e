package dev.lilla.serve.text;

import java.time.Duration;

/// How answers are given.
///
/// @param ping after how long a silence a stream says that somebody is still at work
/// @param timeLimit from a request to the end of its answer
public record AnswerOptions(Duration ping, Duration timeLimit) {
    public AnswerOptions {
        if (!ping.isPositive() || !timeLimit.isPositive()) {
            throw new IllegalArgumentException("times must be above 0, found " + ping + " and " + timeLimit);
        }
    }

    /// A ping every 10 seconds, as proxies give up after 30 to 60, and an hour for an answer.
    public static AnswerOptions defaults() {
        return new AnswerOptions(Duration.ofSeconds(10), Duration.ofHours(1));
    }

    public AnswerOptions withPing(Duration value) {
        return new AnswerOptions(value, timeLimit);
    }

    public AnswerOptions withTimeLimit(Duration value) {
        return new AnswerOptions(ping, value);
    }
}
