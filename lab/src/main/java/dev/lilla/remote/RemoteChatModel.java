package dev.lilla.remote;

import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatModel;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Conversations with a model elsewhere: whatever it is asked leaves this machine.
///
/// Answers are streamed. What does not come through for a passing reason is asked again, with growing pauses, as
/// long as nothing of the answer was given out; times are those of the attempt that came through. An interrupted
/// thread gets an answer that was cancelled. Not safe for use by several threads.
public final class RemoteChatModel implements ChatModel, AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(50);

    private final RemoteModel model;
    private final Map<String, String> environment;
    private final RemoteOptions options;
    private final HttpClient http;
    private WireFormat format;

    private RemoteChatModel(RemoteModel model, Map<String, String> environment, RemoteOptions options) {
        this.model = model;
        this.environment = Map.copyOf(environment);
        this.options = options;
        this.format = model.api().format();
        boolean isPlain = "http".equalsIgnoreCase(model.address().getScheme());
        this.http = HttpClient.newBuilder()
                .connectTimeout(options.connect())
                .followRedirects(HttpClient.Redirect.NEVER)
                // Over plain http the second version begins with an upgrade, which not every small server takes.
                .version(isPlain ? HttpClient.Version.HTTP_1_1 : HttpClient.Version.HTTP_2)
                .build();
    }

    /// Opens it. Nothing is sent, and no key needed, before the first question.
    ///
    /// @param environment whose variable holds the key
    public static RemoteChatModel open(RemoteModel model, Map<String, String> environment, RemoteOptions options) {
        return new RemoteChatModel(model, environment, options);
    }

    @Override
    public String name() {
        return model.name();
    }

    /// Answers.
    ///
    /// @throws IllegalArgumentException if its API cannot do what is asked
    /// @throws RemoteException if there is no key, it cannot be reached, refuses, or sends what is no answer
    @Override
    public ChatResponse chat(ChatRequest request, AnswerListener listener) {
        ApiKey key = ApiKey.of(model, environment);
        for (int attempt = 1; ; attempt++) {
            switch (outcome(key, request, listener)) {
                case Exchange.Outcome.Answered(ChatResponse response) -> {
                    return response;
                }
                case Exchange.Outcome.Refused(Refusal refusal) -> {
                    Optional<WireFormat> other = format.after(refusal);
                    if (other.isPresent()) {
                        format = other.get();
                    } else {
                        waitAfter(refusal, attempt, listener);
                    }
                }
                case Exchange.Outcome.Failed(String what, @Nullable Throwable cause, boolean isPassing) -> {
                    if (!isPassing || attempt == options.attempts()) {
                        throw failure(what + times(attempt), cause);
                    }
                    pause(options.pause(attempt), listener);
                }
            }
        }
    }

    private Exchange.Outcome outcome(ApiKey key, ChatRequest request, AnswerListener listener) {
        try (Exchange exchange = new Exchange(http, model, options, listener)) {
            return exchange.run(format, key, request);
        }
    }

    private void waitAfter(Refusal refusal, int attempt, AnswerListener listener) {
        String what = refusal.message(model, format.endpoint(model.address()).getPath());
        if (!refusal.isPassing() || attempt == options.attempts()) {
            throw new RemoteException(what + times(attempt));
        }
        Duration asked = refusal.pause().orElse(Duration.ZERO);
        if (asked.compareTo(options.pauseMax()) > 0) {
            throw new RemoteException(what + " It asks to wait " + asked.toSeconds() + " s. Try again then.");
        }
        Duration own = options.pause(attempt);
        pause(asked.compareTo(own) > 0 ? asked : own, listener);
    }

    private static String times(int attempts) {
        return attempts == 1 ? "" : " It was asked " + attempts + " times.";
    }

    private RemoteException failure(String what, @Nullable Throwable cause) {
        String message = model.host() + ": " + what;
        return cause == null ? new RemoteException(message) : new RemoteException(message, cause);
    }

    /// Waits, but not for somebody who no longer wants the answer; the next attempt then says so.
    private static void pause(Duration time, AnswerListener listener) {
        long end = System.nanoTime() + time.toNanos();
        try {
            for (long left = time.toNanos(); left > 0 && !listener.isCancelled(); left = end - System.nanoTime()) {
                Thread.sleep(Duration.ofNanos(Math.min(left, LOOK.toNanos())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
