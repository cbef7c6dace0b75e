package dev.lilla.serve.host;

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
    public ModelLease lease(ModelEntry entry) {
        return new ModelLease(model, () -> {});
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
