package dev.lilla.serve.text;

import dev.lilla.serve.host.ModelEntry;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import java.util.List;
import java.util.stream.Collectors;

/// Finds the model that a request names.
public final class ModelChoice {
    private ModelChoice() {}

    /// The model of the field `model`, or the only one there is.
    ///
    /// @throws HttpFailure 404 if there is no such model
    public static ModelLease lease(JsonFields fields, ModelHost host) throws InterruptedException {
        String name = fields.text("model").orElse("");
        List<ModelEntry> entries = host.entries();
        if (name.isEmpty() && entries.size() == 1) {
            return host.lease(entries.getFirst());
        }
        if (name.isEmpty()) {
            throw fields.missing("model");
        }
        return host.lease(entry(name, host));
    }

    public static ModelEntry entry(String name, ModelHost host) {
        return host.find(name).orElseThrow(() -> unknown(name, host.entries()));
    }

    private static HttpFailure unknown(String name, List<ModelEntry> entries) {
        String known = entries.stream().map(ModelEntry::name).collect(Collectors.joining(", "));
        return HttpFailure.of(
                        404, HttpFailure.Kind.NOT_FOUND, "there is no model \"" + name + "\" here; there is " + known)
                .withParam("model")
                .withCode("model_not_found");
    }
}
