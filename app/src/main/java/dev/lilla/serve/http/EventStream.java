package dev.lilla.serve.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
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

    private final OutputStream out;

    EventStream(ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
        response.header(HeaderNames.CACHE_CONTROL, "no-cache");
        // Proxies of nginx's kind would otherwise hold events back to fill a buffer.
        response.header("X-Accel-Buffering", "no");
        this.out = response.outputStream();
    }

    /// Sends a value as JSON.
    public void send(Object value) {
        write(DATA, Json.MAPPER.writeValueAsBytes(value), END);
    }

    /// Sends an event with a name of its own.
    public void send(String event, Object value) {
        write(ascii("event: " + event + "\n"), DATA, Json.MAPPER.writeValueAsBytes(value), END);
    }

    /// Says that the answer ends with an error.
    public void fail(ErrorShape shape, HttpFailure failure) {
        write(ERROR, DATA, Json.MAPPER.writeValueAsBytes(shape.body(failure)), END);
    }

    /// Shows proxies and the client that somebody is still at work.
    public void ping() {
        write(PING);
    }

    /// Sends OpenAI's sign that nothing follows.
    public void done() {
        write(DONE);
    }

    private void write(byte[]... parts) {
        try {
            for (byte[] part : parts) {
                out.write(part);
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
