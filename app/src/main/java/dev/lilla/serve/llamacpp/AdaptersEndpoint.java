package dev.lilla.serve.llamacpp;

import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.host.UnknownAdapterException;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `GET` and `POST /lora-adapters`: the adapters on the model, and how strongly they act.
///
/// @param host of the models
public record AdaptersEndpoint(ModelHost host) {
    private static final double SCALE_MAX = 100;

    /// @param path the adapter's name, as paths are nobody's business
    record Adapter(int id, String path, float scale) {}

    public Endpoint list() {
        return this::list;
    }

    /// Takes `[{"id":0,"scale":0.5}]`; adapters that are not named do not act any more.
    public Endpoint scale() {
        return this::scale;
    }

    private void list(Exchange exchange) throws InterruptedException {
        try (ModelLease lease = TokenizerEndpoint.modelOf(exchange, host)) {
            List<Adapter> adapters = lease.model().adapterStates().stream()
                    .map(state -> new Adapter(state.id(), state.name(), state.standing()))
                    .toList();
            exchange.send(adapters);
        }
    }

    private void scale(Exchange exchange) throws InterruptedException {
        JsonNode body = exchange.anyJson();
        if (!body.isArray()) {
            throw HttpFailure.of(
                    400, HttpFailure.Kind.INVALID_REQUEST, "the body must be an array of objects with id and scale");
        }
        try (ModelLease lease = TokenizerEndpoint.modelOf(exchange, host)) {
            Map<Integer, Float> scales = new HashMap<>();
            for (JsonNode element : body) {
                if (!(element instanceof ObjectNode object)) {
                    throw HttpFailure.of(
                            400, HttpFailure.Kind.INVALID_REQUEST, "an element is no object with id and scale");
                }
                JsonFields fields = JsonFields.of(object);
                int id = fields.integer("id", 0, Integer.MAX_VALUE).orElseThrow(() -> fields.missing("id"));
                double scale = fields.number("scale", -SCALE_MAX, SCALE_MAX).orElseThrow(() -> fields.missing("scale"));
                scales.put(id, (float) scale);
            }
            lease.model().standAdapters(scales);
            exchange.send(new Done(true));
        } catch (UnknownAdapterException e) {
            throw HttpFailure.invalid("id", String.valueOf(e.getMessage()));
        }
    }

    record Done(boolean success) {}
}
