package dev.lilla.serve.http;

import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;

/// Server-sent events, each written to the client at once.
///
/// Writing blocks while the client does not read; whoever writes must be a virtual thread.
public final class EventStream implements AutoCloseable {
    private static final byte[] DATA = ascii("data: ");
    private static final byte[] END = ascii("\n\n");
    private static final byte[] PING = ascii(": ping\n\n");
    private static final byte[] DONE = ascii("data: [DONE]\n\n");
    private static final byte[] ERROR = ascii("event: error\n");

    private final ClientStream out;

    EventStream(ServerResponse response) {
        this.out = new ClientStream(response, "text/event-stream; charset=utf-8");
    }

    /// Sends a value as JSON.
    public void send(Object value) {
        out.write(DATA, Json.MAPPER.writeValueAsBytes(value), END);
    }

    /// Sends an event with a name of its own.
    public void send(String event, Object value) {
        out.write(ascii("event: " + event + "\n"), DATA, Json.MAPPER.writeValueAsBytes(value), END);
    }

    /// Says that the answer ends with an error.
    public void fail(ErrorShape shape, HttpFailure failure) {
        out.write(ERROR, DATA, Json.MAPPER.writeValueAsBytes(shape.body(failure)), END);
    }

    /// Shows proxies and the client that somebody is still at work.
    public void ping() {
        out.write(PING);
    }

    /// Sends OpenAI's sign that nothing follows.
    public void done() {
        out.write(DONE);
    }

    @Override
    public void close() {
        out.close();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
