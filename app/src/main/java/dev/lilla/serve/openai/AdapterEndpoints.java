package dev.lilla.serve.openai;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.serve.host.AdapterShelf;
import dev.lilla.serve.host.AdapterState;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.host.UnknownAdapterException;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.ModelChoice;
import java.nio.file.Path;
import java.util.List;

/// Changes the adapters of a running model: `POST /v1/load_lora_adapter` and `/v1/unload_lora_adapter` as vLLM has
/// them. `model` may be left out where there is one.
///
/// @param shelf where adapters are looked for
public record AdapterEndpoints(ModelHost host, AdapterShelf shelf) {
    /// @param path named as llama.cpp does, though it holds a name
    record Adapter(int id, String name, String path, float scale) {}

    /// What can be done with the model of a request.
    private interface Change {
        void apply(JsonFields fields, HostedModel model) throws InterruptedException;
    }

    public Endpoint load() {
        return exchange -> change(exchange, (fields, model) -> {
            String name = fields.requiredText("lora_name");
            String source = fields.text("lora_path").orElse(name);
            Path path = shelf.find(source)
                    .orElseThrow(() -> HttpFailure.of(
                                    404,
                                    HttpFailure.Kind.NOT_FOUND,
                                    "there is no adapter \"" + source + "\" in the adapters folder of the store")
                            .withParam("lora_path"));
            try {
                int _ = model.loadAdapter(name, source, path);
            } catch (IllegalArgumentException | ModelFormatException | UnsupportedModelException e) {
                throw fields.invalid("lora_name", "can't be loaded: " + e.getMessage());
            }
        });
    }

    public Endpoint unload() {
        return exchange -> change(exchange, (fields, model) -> {
            try {
                model.unloadAdapter(fields.requiredText("lora_name"));
            } catch (UnknownAdapterException e) {
                throw HttpFailure.of(404, HttpFailure.Kind.NOT_FOUND, String.valueOf(e.getMessage()))
                        .withParam("lora_name");
            }
        });
    }

    private void change(Exchange exchange, Change change) throws InterruptedException {
        JsonFields fields = JsonFields.of(exchange.json());
        try (ModelLease lease = ModelChoice.lease(fields, host)) {
            change.apply(fields, lease.model());
            exchange.send(adapters(lease.model()));
        }
    }

    private static List<Adapter> adapters(HostedModel model) {
        return model.adapterStates().stream().map(AdapterEndpoints::adapter).toList();
    }

    private static Adapter adapter(AdapterState state) {
        return new Adapter(state.id(), state.name(), state.source(), state.standing());
    }
}
