package dev.lilla.serve.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One request and its reply.
public final class Exchange {
    /// A larger body is refused: a whole context of 256,000 tokens as text, many times over.
    static final int BODY_BYTES_MAX = 16 << 20;

    private final ServerRequest request;
    private final ServerResponse response;
    private final ClientConnection client;
    private final ApiKey key;
    private final Consumer<AnswerUsage> usage;
    private final String parameter;

    /// @param usage told what the answer has used
    Exchange(
            ServerRequest request,
            ServerResponse response,
            Caller caller,
            String parameter,
            Consumer<AnswerUsage> usage) {
        this.request = request;
        this.response = response;
        this.client = caller.client();
        this.key = caller.key();
        this.parameter = parameter;
        this.usage = usage;
    }

    /// Who asks.
    record Caller(ClientConnection client, ApiKey key) {}

    /// Takes note of what the answer has used.
    public void used(AnswerUsage answer) {
        usage.accept(answer);
    }

    /// Whose request it is.
    public ApiKey key() {
        return key;
    }

    /// What stands in the path for the route's parameter.
    public String parameter() {
        return parameter;
    }

    /// A parameter of the query, behind the `?`.
    public Optional<String> query(String name) {
        return request.query().first(name).asOptional();
    }

    /// The client, who may leave while the answer is made.
    public ClientConnection client() {
        return client;
    }

    /// The first value of a header of the request.
    public Optional<String> header(String name) {
        return request.headers().first(HeaderNames.create(name));
    }

    /// Sets a header of the reply.
    public void setHeader(String name, String value) {
        response.header(HeaderNames.create(name), value);
    }

    /// The body, a JSON object.
    ///
    /// @throws HttpFailure 415 if it is said to be something else, 413 if it is too long, 400 if it is no JSON
    ///     object
    public ObjectNode json() {
        JsonNode root = anyJson();
        if (root instanceof ObjectNode object) {
            return object;
        }
        throw HttpFailure.of(
                400,
                HttpFailure.Kind.INVALID_REQUEST,
                "the body must be a JSON object, found "
                        + (root.isMissingNode()
                                ? "nothing"
                                : root.getNodeType().name().toLowerCase(Locale.ROOT)));
    }

    /// The body, whatever JSON it is.
    ///
    /// @throws HttpFailure 415 if it is said to be something else, 413 if it is too long, 400 if it is no JSON
    public JsonNode anyJson() {
        requireJson();
        byte[] body = body();
        client.received();
        try {
            return Json.MAPPER
                    .readerFor(JsonNode.class)
                    .with(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .readTree(body);
        } catch (JacksonException e) {
            throw HttpFailure.of(400, HttpFailure.Kind.INVALID_REQUEST, "the body is not valid JSON: " + reason(e));
        }
    }

    /// The parser's words, without what it says of its own settings.
    private static String reason(JacksonException e) {
        String text = e.getOriginalMessage()
                .replaceFirst("(?s)\\s*\\([^(]*\\[Source.*", "")
                .replaceFirst(", from `StreamReadConstraints[^`]*`", "");
        return e.getLocation() == null
                ? text
                : text + ", in line " + e.getLocation().getLineNr() + " column "
                        + e.getLocation().getColumnNr();
    }

    private void requireJson() {
        String type = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("");
        String media = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!media.equals("application/json")) {
            throw HttpFailure.of(
                    415,
                    HttpFailure.Kind.INVALID_REQUEST,
                    "Content-Type must be application/json, found " + (type.isEmpty() ? "none" : '"' + type + '"'));
        }
    }

    private byte[] body() {
        long announced = request.headers().contentLength().orElse(0);
        if (announced > BODY_BYTES_MAX) {
            throw tooLarge();
        }
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        try (InputStream stream = request.content().inputStream()) {
            byte[] body = announced > 0 ? stream.readNBytes((int) announced) : stream.readNBytes(BODY_BYTES_MAX + 1);
            if (body.length > BODY_BYTES_MAX) {
                throw tooLarge();
            }
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpFailure tooLarge() {
        return HttpFailure.of(
                413,
                HttpFailure.Kind.INVALID_REQUEST,
                "the body is larger than the " + BODY_BYTES_MAX + " bytes that this server takes");
    }

    /// Answers with a value as JSON.
    public void send(Object value) {
        send("application/json", Json.MAPPER.writeValueAsBytes(value));
    }

    /// Answers with bytes of a media type.
    public void send(String mediaType, byte[] body) {
        response.header(HeaderNames.CONTENT_TYPE, mediaType);
        response.send(body);
    }

    /// Says that the client has what it asks for.
    public void sendNotModified() {
        response.status(304).send();
    }

    /// Answers that all went well, and nothing else.
    public void sendNothing() {
        response.send();
    }

    /// Answers with lines as they come.
    public LineStream lines() {
        return new LineStream(response);
    }

    /// Answers with events as they come.
    public EventStream events() {
        return new EventStream(response);
    }

    /// Answers with what `writer` sends; a failure of it is told as the last event, in the shape of OpenAI's API.
    public void events(EventWriter writer) throws InterruptedException {
        try (EventStream events = events()) {
            try {
                writer.write(events);
            } catch (HttpFailure e) {
                events.fail(ErrorShape.OPENAI, e);
            }
        }
    }

    /// Writes an answer as events.
    @FunctionalInterface
    public interface EventWriter {
        void write(EventStream events) throws InterruptedException;
    }
}
