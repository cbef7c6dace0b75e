package dev.lilla.serve.ollama;

import dev.lilla.serve.host.ModelEntry;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.store.ModelName;
import dev.lilla.store.StoredModel;
import java.io.IOException;

/// `DELETE /api/delete`: a model out of the store. One that is in memory stays.
///
/// @param library whose store it is
/// @param host of the models that are in memory
public record DeleteEndpoint(ModelLibrary library, ModelHost host) implements Endpoint {
    private static final System.Logger LOGGER = System.getLogger(DeleteEndpoint.class.getName());

    @Override
    public void handle(Exchange exchange) {
        JsonFields fields = JsonFields.of(exchange.json());
        String name = OllamaName.plain(OllamaModel.name(fields));
        if (host.loaded().stream().map(ModelEntry::name).anyMatch(name::equalsIgnoreCase)) {
            throw HttpFailure.of(
                    409, HttpFailure.Kind.INVALID_REQUEST, "model \"" + name + "\" is in memory and may be in use");
        }
        try {
            library.store().remove(stored(name));
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.ERROR, "deleting " + name + " failed", e);
            throw HttpFailure.of(500, HttpFailure.Kind.SERVER, "deleting failed: " + e.getMessage());
        }
        exchange.sendNothing();
    }

    private StoredModel stored(String name) throws IOException {
        try {
            return library.store().model(ModelName.parse(name));
        } catch (IllegalArgumentException e) {
            throw HttpFailure.of(404, HttpFailure.Kind.NOT_FOUND, String.valueOf(e.getMessage()));
        }
    }
}
