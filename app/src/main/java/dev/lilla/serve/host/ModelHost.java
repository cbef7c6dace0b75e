package dev.lilla.serve.host;

import java.util.List;
import java.util.Optional;

/// The models of a server, by name. Safe for use by several threads.
public interface ModelHost extends AutoCloseable {
    /// What can be asked for, whether or not it is in memory.
    List<ModelEntry> entries();

    /// Those of [#entries] that are in memory now.
    default List<ModelEntry> loaded() {
        return entries();
    }

    /// The entry that a client means by `name`.
    default Optional<ModelEntry> find(String name) {
        // Ollama's clients add a tag where the user gave none.
        String plain = name.endsWith(":latest") ? name.substring(0, name.length() - ":latest".length()) : name;
        return entries().stream()
                .filter(entry -> entry.name().equalsIgnoreCase(plain))
                .findFirst();
    }

    /// Holds a model in memory until the lease is closed.
    ///
    /// @param entry one of [#entries]
    /// @throws dev.lilla.kernel.CapacityException if there is no memory for it now
    ModelLease lease(ModelEntry entry) throws InterruptedException;

    /// Whether all models in memory can write.
    boolean isAlive();

    /// Ends all texts and frees the models.
    @Override
    void close();
}
