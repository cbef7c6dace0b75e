package dev.lilla.serve.openai;

import dev.lilla.serve.host.ModelEntry;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelUnavailableException;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.ModelChoice;

/// `POST /models/load` and `POST /models/unload`, as llama.cpp's server has them for several models.
///
/// @param host of the models
public record LoadEndpoints(ModelHost host) {
    record Done(boolean success) {}

    private interface Change {
        void apply(ModelEntry entry) throws InterruptedException;
    }

    public Endpoint load() {
        return exchange -> change(exchange, host::load);
    }

    public Endpoint unload() {
        return exchange -> change(exchange, host::unload);
    }

    private void change(Exchange exchange, Change change) throws InterruptedException {
        String name = JsonFields.of(exchange.json()).requiredText("model");
        ModelEntry entry = ModelChoice.entry(name, host);
        try {
            change.apply(entry);
        } catch (ModelUnavailableException e) {
            throw ModelChoice.unavailable(e);
        }
        exchange.send(new Done(true));
    }
}
