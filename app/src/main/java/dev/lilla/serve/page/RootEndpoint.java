package dev.lilla.serve.page;

import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// `GET /`: the page for browsers; for programs the words that Ollama's clients look for.
///
/// @param page what browsers get
record RootEndpoint(Page page) implements Endpoint {
    @Override
    public void handle(Exchange exchange) {
        boolean isBrowser = exchange.header("Accept")
                .filter(accept -> accept.toLowerCase(Locale.ROOT).contains("text/html"))
                .isPresent();
        exchange.setHeader("Vary", "Accept, Accept-Encoding");
        if (isBrowser) {
            exchange.setHeader("Content-Security-Policy", page.policy());
            exchange.setHeader("Referrer-Policy", "no-referrer");
            exchange.setHeader("Cross-Origin-Opener-Policy", "same-origin");
            FileEndpoint.send(exchange, page.document(), "no-cache");
        } else {
            exchange.send("text/plain; charset=utf-8", "Ollama is running".getBytes(StandardCharsets.US_ASCII));
        }
    }
}
