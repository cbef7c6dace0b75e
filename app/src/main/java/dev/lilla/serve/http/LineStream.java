package dev.lilla.serve.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/// JSON values, each on a line of its own and written to the client at once (NDJSON), as Ollama streams.
///
/// Writing blocks while the client does not read; whoever writes must be a virtual thread.
public final class LineStream implements AutoCloseable {
    private final OutputStream out;

    LineStream(ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, "application/x-ndjson");
        response.header(HeaderNames.CACHE_CONTROL, "no-cache");
        // Proxies of nginx's kind would otherwise hold lines back to fill a buffer.
        response.header("X-Accel-Buffering", "no");
        this.out = response.outputStream();
    }

    /// Sends a value.
    public void send(Object value) {
        try {
            out.write(Json.MAPPER.writeValueAsBytes(value));
            out.write('\n');
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Says that the answer ends with an error.
    public void fail(HttpFailure failure) {
        send(ErrorShape.OLLAMA.body(failure));
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
