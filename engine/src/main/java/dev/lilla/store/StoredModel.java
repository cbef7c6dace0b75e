package dev.lilla.store;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/// A model in the store.
///
/// @param name complete: it resolves to this model only
/// @param path what to open: a GGUF file or a directory
/// @param files all that belong to it
/// @param source where it came from: an address or a path
public record StoredModel(
        ModelName name, ModelKind kind, Path path, List<StoredFile> files, String source, Instant added) {
    public StoredModel {
        files = List.copyOf(files);
    }

    public long bytes() {
        return files.stream().mapToLong(StoredFile::bytes).sum();
    }
}
