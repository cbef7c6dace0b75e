package dev.lilla.remote;

import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One request, and the answer to it as it arrives. The thread that asks looks several times a second whether the
/// answer is still wanted, while others wait for the network.
final class Exchange implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final int ERROR_CHARACTERS_MAX = 64 << 10;
    private static final int DEPTH_MAX = 64;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .maxStringLength(LinePump.LINE_BYTES_MAX)
                            .maxNumberLength(100)
                            .build())
                    .build())
            .build();

    private final HttpClient http;
    private final RemoteModel model;
    private final RemoteOptions options;
    private final AnswerListener listener;
    private final StreamedAnswer answer;
    private final long deadline;
    private long heard = System.nanoTime();
    private @Nullable LinePump lines;

    /// How a request ended.
    sealed interface Outcome {
        record Answered(ChatResponse response) implements Outcome {}

        record Refused(Refusal refusal) implements Outcome {}

        /// @param isPassing whether the same request may come through later
        record Failed(String what, @Nullable Throwable cause, boolean isPassing) implements Outcome {}
    }

    Exchange(HttpClient http, RemoteModel model, RemoteOptions options, AnswerListener listener) {
        this.http = http;
        this.model = model;
        this.options = options;
        this.listener = listener;
        this.answer = new StreamedAnswer(listener);
        this.deadline = heard + options.answer().toNanos();
    }

    /// Sends the request and reads the answer.
    Outcome run(WireFormat format, ApiKey key, ChatRequest request) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(format.endpoint(model.address()))
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .header("User-Agent", "lilla");
        format.headers(key).forEach(builder::header);
        String body = JsonMapper.shared().writeValueAsString(format.body(model.model(), request));
        HttpRequest sent =
                builder.POST(HttpRequest.BodyPublishers.ofString(body)).build();
        try {
            Optional<HttpResponse<InputStream>> response = send(sent);
            return response.isEmpty() ? new Outcome.Answered(answer.cancelled()) : read(response.get(), format);
        } catch (IOException e) {
            return failed(reason(e), e);
        } catch (StreamFailure e) {
            return failed("the provider broke the answer off (" + e.getMessage() + ").", e);
        } catch (MalformedStreamException e) {
            return new Outcome.Failed(e.getMessage() + ".", e, false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Answered(answer.cancelled());
        }
    }

    /// What was given out already cannot be asked for again.
    private Outcome failed(String what, Throwable cause) {
        return new Outcome.Failed(what, cause, !answer.hasText());
    }

    private static String reason(IOException e) {
        String message = Optional.ofNullable(e.getMessage())
                .orElseGet(() -> e.getClass().getSimpleName().replaceAll("([a-z])([A-Z])", "$1 $2"));
        return "it cannot be reached, or hung up: " + message.toLowerCase(Locale.ROOT)
                + ". Check the network and \"url\".";
    }

    /// @return empty if the answer is no longer wanted
    private Optional<HttpResponse<InputStream>> send(HttpRequest request) throws IOException, InterruptedException {
        if (isUnwanted()) {
            return Optional.empty();
        }
        CompletableFuture<HttpResponse<InputStream>> sent =
                http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
        try {
            while (!isUnwanted()) {
                try {
                    HttpResponse<InputStream> response = sent.get(LOOK.toNanos(), TimeUnit.NANOSECONDS);
                    heard = System.nanoTime();
                    lines = LinePump.start(response.body());
                    return Optional.of(response);
                } catch (TimeoutException e) {
                    checkTime();
                }
            }
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException("the request failed", e);
        } finally {
            if (!sent.isDone()) {
                sent.cancel(true);
            }
        }
    }

    private boolean isUnwanted() {
        return listener.isCancelled() || Thread.currentThread().isInterrupted();
    }

    private void checkTime() throws IOException {
        long now = System.nanoTime();
        if (now - deadline > 0) {
            throw new IOException(
                    "no whole answer came within " + options.answer().toSeconds() + " s");
        }
        if (now - heard > options.silence().toNanos()) {
            throw new IOException("nothing came for " + options.silence().toMillis() / 1000.0 + " s");
        }
    }

    private Outcome read(HttpResponse<InputStream> response, WireFormat format)
            throws IOException, InterruptedException, StreamFailure {
        if (response.statusCode() != 200) {
            Optional<String> location = response.statusCode() / 100 == 3
                    ? RemoteAddress.redirectedTo(
                            response.uri(), response.headers().firstValue("Location"))
                    : Optional.empty();
            return new Outcome.Refused(Refusal.of(response.statusCode(), response.headers(), errorText(), location));
        }
        String type = response.headers().firstValue("Content-Type").orElse("");
        if (!type.toLowerCase(Locale.ROOT).startsWith("text/event-stream")) {
            throw new MalformedStreamException("it answered with "
                    + (type.matches("[\\w.+/-]{1,64}(;.*)?") ? type.split(";", 2)[0] : "something")
                    + ", expected a stream of events (text/event-stream). Is \"url\" the address of an API of the kind "
                    + model.api().label() + "?");
        }
        EventLines events = new EventLines();
        while (!answer.isEnded()) {
            if (listener.isCancelled()) {
                return new Outcome.Answered(answer.cancelled());
            }
            Optional<LinePump.Piece> piece = next();
            if (piece.isEmpty()) {
                continue;
            }
            switch (piece.get()) {
                case LinePump.Piece.Line(String text) -> take(events.take(text), format);
                case LinePump.Piece.End _ -> {
                    take(events.end(), format);
                    if (!answer.isFinished()) {
                        throw new IOException("the stream ended in the middle of the answer");
                    }
                    return new Outcome.Answered(answer.whole());
                }
                case LinePump.Piece.Broken(IOException cause) -> throw cause;
                case LinePump.Piece.TooLong(int most) ->
                    throw new MalformedStreamException("a line or an answer is longer than " + most + " bytes");
            }
        }
        return new Outcome.Answered(answer.whole());
    }

    private Optional<LinePump.Piece> next() throws IOException, InterruptedException {
        Optional<LinePump.Piece> piece = lines == null ? Optional.of(new LinePump.Piece.End()) : lines.next(LOOK);
        if (piece.isPresent()) {
            heard = System.nanoTime();
        }
        checkTime();
        return piece;
    }

    private void take(Optional<String> event, WireFormat format) throws StreamFailure {
        if (event.isEmpty()) {
            return;
        }
        if (format.isEnd(event.get())) {
            answer.end();
            return;
        }
        JsonNode data;
        try {
            data = MAPPER.readTree(event.get());
        } catch (JacksonException e) {
            // Its message would repeat what was sent.
            throw new MalformedStreamException("an event of its stream is no JSON");
        }
        format.read(data, answer);
    }

    /// The body of an error, as far as it is worth reading.
    private String errorText() throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder();
        while (text.length() < ERROR_CHARACTERS_MAX && !listener.isCancelled()) {
            Optional<LinePump.Piece> piece = next();
            if (piece.isPresent()) {
                if (!(piece.get() instanceof LinePump.Piece.Line(String line))) {
                    break;
                }
                text.append(line).append('\n');
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        if (lines != null) {
            lines.close();
        }
    }
}
