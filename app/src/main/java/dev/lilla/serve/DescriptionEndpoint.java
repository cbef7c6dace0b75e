package dev.lilla.serve;

import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// `GET /openapi.yaml`: what the server answers, for programs.
record DescriptionEndpoint() implements Endpoint {
    @Override
    public void handle(Exchange exchange) {
        exchange.send("application/yaml", description());
    }

    private static byte[] description() {
        try (InputStream stream = LillaServer.class.getResourceAsStream("openapi.yaml")) {
            if (stream == null) {
                throw new IllegalStateException("the build has left openapi.yaml out");
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
