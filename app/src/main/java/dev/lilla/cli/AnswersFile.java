package dev.lilla.cli;

import dev.lilla.evaluate.run.RunStore;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where commands that ask models keep the answers, so that none is asked for twice.
final class AnswersFile {
    private AnswersFile() {}

    /// Opens it, with its folder.
    ///
    /// @param named by the user; null for `runs.db` in Lilla's home
    static RunStore open(Console console, @Nullable Path named) throws IOException {
        Path file =
                named == null ? ModelStore.open(console.environment()).home().resolve("runs.db") : named;
        Files.createDirectories(file.toAbsolutePath().getParent());
        return RunStore.open(file);
    }
}
