package dev.lilla.serve.host;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The models of a server, by name. Safe for use by several threads.
public interface ModelHost extends AutoCloseable {
    /// For [#keepAlive].
    Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    /// What can be asked for, whether or not it is in memory.
    List<ModelEntry> entries();

    /// Those of [#entries] that are in memory now.
    default List<ModelEntry> loaded() {
        return inMemory().stream().map(HostedModel::entry).toList();
    }

    /// The entry that a client means by `name`.
    default Optional<ModelEntry> find(String name) {
        // Ollama's clients add a tag where the user gave none.
        String plain = name.endsWith(":latest") ? name.substring(0, name.length() - ":latest".length()) : name;
        return entries().stream()
                .filter(entry -> entry.name().equalsIgnoreCase(plain))
                .findFirst();
    }

    /// The entry that a client means who names none.
    default Optional<ModelEntry> standard() {
        List<ModelEntry> entries = entries();
        return entries.size() == 1 ? Optional.of(entries.getFirst()) : Optional.empty();
    }

    /// Holds a model in memory until the lease is closed; loads it first where that is needed.
    ///
    /// @param entry one of [#entries]
    /// @throws ModelUnavailableException if it can't be had now
    /// @throws UnknownAdapterException if it has no such adapter
    ModelLease lease(ModelEntry entry, AdapterChoice choice) throws InterruptedException;

    /// The same, with the adapters that are on for all texts.
    default ModelLease lease(ModelEntry entry) throws InterruptedException {
        return lease(entry, new AdapterChoice.Standing());
    }

    /// How long a model stays in memory that nobody uses, from now on; those that are there for good stay.
    ///
    /// @param entry a model that need not be in memory
    /// @param time zero to let it go as soon as nobody uses it, [#FOREVER] to keep it while there is room
    default void keepAlive(ModelEntry entry, Duration time) {}

    /// When a model in memory will be let go; empty if no time will do that.
    default Optional<Instant> expiry(ModelEntry entry) {
        return Optional.empty();
    }

    /// The models in memory.
    List<HostedModel> inMemory();

    /// Loads a model ahead of its first request.
    ///
    /// @throws ModelUnavailableException if it can't be had now
    default void load(ModelEntry entry) throws InterruptedException {
        lease(entry).close();
    }

    /// Frees a model that no request uses.
    ///
    /// @throws ModelUnavailableException if one does, or the model is held for good
    void unload(ModelEntry entry);

    /// Whether all models in memory can write.
    boolean isAlive();

    /// Ends all texts and frees the models.
    @Override
    void close();
}
