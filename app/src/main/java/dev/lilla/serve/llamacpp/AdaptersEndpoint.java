package dev.lilla.serve.llamacpp;

import dev.lilla.model.ActiveAdapter;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
        try (ModelLease lease = TokenizerEndpoint.onlyModel(host)) {
            List<Adapter> adapters = new ArrayList<>();
            for (ActiveAdapter active : lease.model().adapters()) {
                adapters.add(new Adapter(adapters.size(), active.adapter().name(), active.scale()));
            }
            exchange.send(adapters);
        }
    }

    private void scale(Exchange exchange) throws InterruptedException {
        JsonNode body = exchange.anyJson();
        if (!body.isArray()) {
            throw HttpFailure.of(
                    400, HttpFailure.Kind.INVALID_REQUEST, "the body must be an array of objects with id and scale");
        }
        try (ModelLease lease = TokenizerEndpoint.onlyModel(host)) {
            HostedModel model = lease.model();
            List<Float> scales =
                    new ArrayList<>(Collections.nCopies(model.adapters().size(), 0f));
            for (JsonNode element : body) {
                if (!(element instanceof ObjectNode object)) {
                    throw HttpFailure.of(
                            400, HttpFailure.Kind.INVALID_REQUEST, "an element is no object with id and scale");
                }
                JsonFields fields = JsonFields.of(object);
                int id = fields.integer("id", 0, Integer.MAX_VALUE).orElseThrow(() -> fields.missing("id"));
                if (id >= scales.size()) {
                    throw fields.invalid("id", "names no adapter: there are " + scales.size());
                }
                double scale = fields.number("scale", -SCALE_MAX, SCALE_MAX).orElseThrow(() -> fields.missing("scale"));
                scales.set(id, (float) scale);
            }
            model.scaleAdapters(scales);
            exchange.send(new Done(true));
        }
    }

    record Done(boolean success) {}
}
