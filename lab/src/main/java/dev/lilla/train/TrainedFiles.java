package dev.lilla.train;

import dev.lilla.data.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Writes what was trained for others to use: the one place where a run's result leaves it.
@FunctionalInterface
interface TrainedFiles {
    /// Fills an empty folder.
    void fill(Path folder) throws IOException;

    /// Writes a folder under another name, and gives it its own when it is complete, in the place of an earlier
    /// one.
    default void write(Path folder) {
        Path partial = folder.resolveSibling(folder.getFileName() + ".partial");
        try {
            new FileTree(partial).delete();
            Files.createDirectories(partial);
            fill(partial);
            new FileTree(folder).delete();
            Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": cannot be written: " + e.getMessage(), e);
        }
    }
}
