package dev.lilla.format;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/// The mapped files of one checkpoint, which share a lifetime.
final class FileMapping implements AutoCloseable {
    private final Arena arena;

    @SuppressWarnings("MustBeClosedChecker") // close() closes it
    FileMapping() {
        arena = Arena.ofShared();
    }

    /// @see MappedFile#map
    MappedFile map(Path path) {
        return MappedFile.map(path, arena);
    }

    /// Unmaps all files. Closing again does nothing.
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
