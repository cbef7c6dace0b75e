package dev.lilla.serve.ollama;

import dev.lilla.serve.host.AdapterChoice;
import dev.lilla.serve.host.ModelEntry;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.ModelChoice;
import java.time.Duration;
import java.util.Optional;

/// The model that a request names, in `model` or, as older clients have it, in `name`.
final class OllamaModel {
    private OllamaModel() {}

    static String name(JsonFields fields) {
        return fields.text("model").or(() -> fields.text("name")).orElseThrow(() -> fields.missing("model"));
    }

    /// @throws dev.lilla.serve.http.HttpFailure 404 if there is no such model
    static ModelLease lease(JsonFields fields, ModelHost host) throws InterruptedException {
        Optional<Duration> time = KeepAlive.read(fields);
        ModelEntry entry = entry(fields, host);
        ModelLease lease = ModelChoice.lease(host, entry, new AdapterChoice.Standing());
        time.ifPresent(value -> host.keepAlive(entry, value));
        return lease;
    }

    private static ModelEntry entry(JsonFields fields, ModelHost host) {
        return ModelChoice.entry(OllamaName.plain(name(fields)), host);
    }

    /// Lets the model go that a request with nothing to answer asks to keep for no time.
    ///
    /// @return whether the request does
    static boolean isLetGo(JsonFields fields, ModelHost host) {
        boolean isAsked = KeepAlive.read(fields).map(Duration::isZero).orElse(false);
        if (isAsked) {
            host.keepAlive(entry(fields, host), Duration.ZERO);
        }
        return isAsked;
    }
}
