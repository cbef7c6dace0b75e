package dev.lilla.serve.text;

import dev.lilla.serve.host.AdapterChoice;
import dev.lilla.serve.host.ModelEntry;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.host.ModelUnavailableException;
import dev.lilla.serve.host.UnknownAdapterException;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Finds the model that a request names.
public final class ModelChoice {
    /// A bound against typing errors.
    private static final double SCALE_MAX = 1_000;

    private ModelChoice() {}

    /// What a name of the wire stands for.
    private record Wanted(ModelEntry entry, Optional<String> adapter) {}

    /// The model of the field `model`, or the only one there is, with the adapters that the request chooses: by
    /// `"model": "name:adapter"` or by `lora`.
    ///
    /// @throws HttpFailure 404 if there is no such model or adapter, 503 if it can't be had now
    public static ModelLease lease(JsonFields fields, ModelHost host) throws InterruptedException {
        String name = fields.text("model").orElse("");
        Wanted wanted = name.isEmpty()
                ? new Wanted(host.standard().orElseThrow(() -> fields.missing("model")), Optional.empty())
                : wanted(name, host);
        Optional<AdapterChoice> scales = scales(fields);
        if (scales.isPresent() && wanted.adapter().isPresent()) {
            throw fields.invalid("lora", "can't be used with an adapter in model; choose one way");
        }
        AdapterChoice choice = wanted.adapter()
                .<AdapterChoice>map(AdapterChoice.Named::new)
                .or(() -> scales)
                .orElseGet(AdapterChoice.Standing::new);
        return lease(host, wanted.entry(), choice);
    }

    /// A model by its entry.
    ///
    /// @throws HttpFailure 404 if it has no such adapter, 503 if it can't be had now
    public static ModelLease lease(ModelHost host, ModelEntry entry, AdapterChoice choice) throws InterruptedException {
        try {
            return host.lease(entry, choice);
        } catch (UnknownAdapterException e) {
            if (choice instanceof AdapterChoice.Scaled) {
                throw HttpFailure.invalid("lora", String.valueOf(e.getMessage()));
            }
            throw HttpFailure.of(404, HttpFailure.Kind.NOT_FOUND, String.valueOf(e.getMessage()))
                    .withParam("model")
                    .withCode("model_not_found");
        } catch (ModelUnavailableException e) {
            throw unavailable(e);
        }
    }

    /// What a client is told.
    public static HttpFailure unavailable(ModelUnavailableException e) {
        return HttpFailure.of(503, HttpFailure.Kind.UNAVAILABLE, String.valueOf(e.getMessage()))
                .withHeader(
                        "Retry-After", Long.toString(Math.max(1, e.retryAfter().toSeconds())));
    }

    /// Names of models may hold colons themselves, so the whole name comes first.
    private static Wanted wanted(String name, ModelHost host) {
        Optional<ModelEntry> whole = host.find(name);
        if (whole.isPresent()) {
            return new Wanted(whole.get(), Optional.empty());
        }
        int colon = name.lastIndexOf(':');
        if (colon > 0 && colon < name.length() - 1) {
            Optional<ModelEntry> base = host.find(name.substring(0, colon));
            if (base.isPresent()) {
                return new Wanted(base.get(), Optional.of(name.substring(colon + 1)));
            }
        }
        throw unknown(name, host.entries());
    }

    /// `lora: [{"id": 0, "scale": 0.5}]`
    private static Optional<AdapterChoice> scales(JsonFields fields) {
        if (fields.any("lora").isEmpty()) {
            return Optional.empty();
        }
        Map<Integer, Float> scales = new HashMap<>();
        for (JsonFields adapter : fields.objects("lora")) {
            int id = adapter.integer("id", 0, Integer.MAX_VALUE).orElseThrow(() -> adapter.missing("id"));
            double scale = adapter.number("scale", -SCALE_MAX, SCALE_MAX).orElse(1);
            if (scales.put(id, (float) scale) != null) {
                throw fields.invalid("lora", "names the id " + id + " twice");
            }
        }
        return Optional.of(new AdapterChoice.Scaled(scales));
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
