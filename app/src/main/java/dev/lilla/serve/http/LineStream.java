package dev.lilla.serve.http;

import io.helidon.webserver.http.ServerResponse;

/// JSON values, each on a line of its own and written to the client at once (NDJSON), as Ollama streams.
///
/// Writing blocks while the client does not read; whoever writes must be a virtual thread.
public final class LineStream implements AutoCloseable {
    private static final byte[] END = {'\n'};

    private final ClientStream out;

    LineStream(ServerResponse response) {
        this.out = new ClientStream(response, "application/x-ndjson");
    }

    /// Sends a value.
    public void send(Object value) {
        out.write(Json.MAPPER.writeValueAsBytes(value), END);
    }

    /// Says that the answer ends with an error.
    public void fail(HttpFailure failure) {
        send(ErrorShape.OLLAMA.body(failure));
    }

    @Override
    public void close() {
        out.close();
    }
}
