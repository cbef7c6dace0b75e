package dev.lilla.serve.openai;

import dev.lilla.serve.host.ModelEntry;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.text.ModelChoice;
import java.util.ArrayList;
import java.util.List;

/// `GET /v1/models` and `GET /v1/models/{id}`: what can be asked for.
///
/// @param host of the models
public record ModelsEndpoint(ModelHost host) {
    record ModelList(String object, List<Model> data) {}

    /// @param created seconds since 1970
    record Model(String id, String object, long created, String ownedBy, Meta meta) {}

    /// What llama.cpp's server says beside.
    ///
    /// @param size bytes of the weights
    record Meta(int nCtxTrain, int nVocab, long nParams, long size) {}

    public Endpoint list() {
        return exchange -> exchange.send(new ModelList("list", models()));
    }

    /// Each model, followed by those of its adapters that can be asked for.
    private List<Model> models() {
        List<Model> models = new ArrayList<>();
        for (ModelEntry entry : host.entries()) {
            models.add(model(entry));
            host.inMemory().stream()
                    .filter(loaded -> loaded.modelName().equals(entry.name()))
                    .flatMap(loaded -> loaded.adapterStates().stream())
                    .forEach(adapter -> models.add(model(entry.withName(entry.name() + ":" + adapter.name()))));
        }
        return models;
    }

    public Endpoint details() {
        return this::details;
    }

    private void details(Exchange exchange) {
        exchange.send(model(ModelChoice.entry(exchange.parameter(), host)));
    }

    private static Model model(ModelEntry entry) {
        return new Model(
                entry.name(),
                "model",
                entry.created().getEpochSecond(),
                "lilla",
                new Meta(entry.contextTokens(), entry.vocab(), entry.parameters(), entry.bytes()));
    }
}
