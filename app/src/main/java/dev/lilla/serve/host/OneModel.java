package dev.lilla.serve.host;

import java.time.Duration;
import java.util.List;

/// A host of a single model that is always in memory.
public final class OneModel implements ModelHost {
    private final HostedModel model;

    /// @param model closed with this
    public OneModel(HostedModel model) {
        this.model = model;
    }

    @Override
    public List<ModelEntry> entries() {
        return List.of(model.entry());
    }

    @Override
    public ModelLease lease(ModelEntry entry, AdapterChoice choice) {
        return model.lease(choice, () -> {});
    }

    @Override
    public List<HostedModel> inMemory() {
        return List.of(model);
    }

    @Override
    public void unload(ModelEntry entry) {
        throw new ModelUnavailableException(
                "model " + entry.name() + " stays until the server stops", Duration.ofHours(1), null);
    }

    @Override
    public boolean isAlive() {
        return model.isAlive();
    }

    @Override
    public void close() {
        model.close();
    }
}
