package dev.lilla.cli;

import dev.lilla.model.ActiveAdapter;
import java.util.List;

/// The adapters of a command, closed with it.
record Adapters(List<ActiveAdapter> active) implements AutoCloseable {
    Adapters {
        active = List.copyOf(active);
    }

    @Override
    public void close() {
        active.forEach(adapter -> adapter.adapter().close());
    }
}
