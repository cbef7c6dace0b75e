package dev.lilla.serve.ollama;

import dev.lilla.serve.host.AdapterChoice;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.ModelChoice;

/// The model that a request names, in `model` or, as older clients have it, in `name`.
final class OllamaModel {
    private OllamaModel() {}

    static String name(JsonFields fields) {
        return fields.text("model").or(() -> fields.text("name")).orElseThrow(() -> fields.missing("model"));
    }

    /// @throws dev.lilla.serve.http.HttpFailure 404 if there is no such model
    static ModelLease lease(JsonFields fields, ModelHost host) throws InterruptedException {
        return ModelChoice.lease(
                host, ModelChoice.entry(OllamaName.plain(name(fields)), host), new AdapterChoice.Standing());
    }
}
