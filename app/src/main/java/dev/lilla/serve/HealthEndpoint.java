package dev.lilla.serve;

import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import java.util.function.BooleanSupplier;

/// `GET /health`: whether the server can write texts, in llama.cpp's words.
///
/// @param isAlive whether it can
record HealthEndpoint(BooleanSupplier isAlive) implements Endpoint {
    record Health(String status) {}

    @Override
    public void handle(Exchange exchange) {
        if (!isAlive.getAsBoolean()) {
            throw HttpFailure.of(503, HttpFailure.Kind.UNAVAILABLE, "the thread that writes texts has died; restart");
        }
        exchange.send(new Health("ok"));
    }
}
