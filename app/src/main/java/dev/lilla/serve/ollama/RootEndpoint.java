package dev.lilla.serve.ollama;

import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import java.nio.charset.StandardCharsets;

/// `GET /`: the words by which clients know that a server of Ollama's kind is there.
public record RootEndpoint() implements Endpoint {
    private static final byte[] RUNNING = "Ollama is running".getBytes(StandardCharsets.US_ASCII);

    @Override
    public void handle(Exchange exchange) {
        exchange.send("text/plain; charset=utf-8", RUNNING);
    }
}
