package dev.lilla.serve.ollama;

import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import java.util.List;

/// `GET /api/tags` and `GET /api/ps`: what can be asked for, and what of it is in memory.
///
/// @param host of the models
public record TagsEndpoint(ModelHost host) {
    record Models(List<ListedModel> models) {}

    public Endpoint all() {
        return exchange ->
                send(exchange, host.entries().stream().map(ListedModel::of).toList());
    }

    public Endpoint loaded() {
        return exchange -> send(
                exchange,
                host.loaded().stream()
                        .map(entry -> ListedModel.loaded(entry, host.expiry(entry)))
                        .toList());
    }

    private static void send(Exchange exchange, List<ListedModel> models) {
        exchange.send(new Models(models));
    }
}
