package dev.lilla.cli;

import dev.lilla.serve.host.AdapterShelf;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The adapters that a running server can load: what lies in the folder `adapters` of the store.
///
/// @param folder holds a PEFT folder or a GGUF file for each
record StoredAdapters(Path folder) implements AdapterShelf {
    @Override
    public Optional<Path> find(String name) {
        // A name alone: nothing that leads out of the folder.
        if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")) {
            return Optional.empty();
        }
        Path plain = folder.resolve(name);
        Path file = folder.resolve(name + ".gguf");
        if (Files.exists(plain)) {
            return Optional.of(plain);
        }
        return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }
}
