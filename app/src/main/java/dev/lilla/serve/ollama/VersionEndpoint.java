package dev.lilla.serve.ollama;

import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;

/// `GET /api/version`: the version of Ollama whose API this is, as clients ask for it to know what they may send.
public record VersionEndpoint() implements Endpoint {
    private static final String API_VERSION = "0.12.11";

    record Version(String version) {}

    @Override
    public void handle(Exchange exchange) {
        exchange.send(new Version(API_VERSION));
    }
}
