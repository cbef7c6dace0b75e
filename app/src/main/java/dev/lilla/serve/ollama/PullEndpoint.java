package dev.lilla.serve.ollama;

import dev.lilla.hub.HubException;
import dev.lilla.hub.Pull;
import dev.lilla.hub.TransferProgress;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.http.LineStream;
import dev.lilla.store.Catalog;
import dev.lilla.store.ModelName;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/// `POST /api/pull`: a model from the hub into the store, one at a time. A client that leaves ends its download, which
/// goes on where it stopped when the model is asked for again.
public final class PullEndpoint implements Endpoint {
    private static final System.Logger LOGGER = System.getLogger(PullEndpoint.class.getName());

    private final ModelLibrary library;
    private final ReentrantLock pulling = new ReentrantLock();

    public PullEndpoint(ModelLibrary library) {
        this.library = library;
    }

    record Status(String status) {}

    @Override
    public void handle(Exchange exchange) throws InterruptedException {
        JsonFields fields = JsonFields.of(exchange.json());
        ModelName name = name(fields);
        boolean isStream = OllamaOptions.isStream(fields);
        exchange.client().watch(() -> {});
        if (!pulling.tryLock()) {
            throw HttpFailure.of(
                    503, HttpFailure.Kind.UNAVAILABLE, "another model is being downloaded; try again when it is there");
        }
        try {
            if (isStream) {
                stream(exchange, name);
            } else {
                pull(name, new PullProgress(exchange.client(), _ -> {}));
                exchange.send(new Status("success"));
            }
        } finally {
            pulling.unlock();
        }
    }

    private static ModelName name(JsonFields fields) {
        try {
            return Catalog.open().hubName(ModelName.parse(OllamaName.plain(OllamaModel.name(fields))));
        } catch (IllegalArgumentException e) {
            throw HttpFailure.invalid("model", String.valueOf(e.getMessage()));
        }
    }

    private void stream(Exchange exchange, ModelName name) throws InterruptedException {
        try (LineStream lines = exchange.lines()) {
            try {
                lines.send(new Status("pulling manifest"));
                pull(name, new PullProgress(exchange.client(), lines::send));
                lines.send(new Status("success"));
            } catch (HttpFailure e) {
                lines.fail(e);
            }
        }
    }

    private void pull(ModelName name, TransferProgress progress) throws InterruptedException {
        try {
            var _ = new Pull(library.store(), library.hub(), progress).pull(name, "main");
        } catch (HubException | IllegalArgumentException e) {
            throw HttpFailure.of(400, HttpFailure.Kind.INVALID_REQUEST, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.ERROR, "the download of " + name + " failed", e);
            throw HttpFailure.of(500, HttpFailure.Kind.SERVER, "the download failed: " + e.getMessage());
        }
    }
}
