package dev.lilla.serve.host;

import java.nio.file.Path;
import java.util.Optional;

/// Adapters that can be loaded into a running server, by name: requests never give paths.
@FunctionalInterface
public interface AdapterShelf {
    /// Has none.
    AdapterShelf EMPTY = _ -> Optional.empty();

    /// Where the adapter of that name lies.
    Optional<Path> find(String name);
}
