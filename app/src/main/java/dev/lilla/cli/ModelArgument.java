package dev.lilla.cli;

import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/// Which model.
final class ModelArgument {
    @Parameters(index = "0", paramLabel = "MODEL", description = "A GGUF file, a directory or a name in the store.")
    private String model = "";

    /// What to call it: its name in the store, or that of its file.
    String name() {
        return name(model);
    }

    /// What to call the model that somebody named so.
    static String name(String model) {
        boolean isFile = Files.exists(Path.of(model));
        String name = isFile
                ? Path.of(model).toAbsolutePath().normalize().getFileName().toString()
                : model;
        return name.endsWith(".gguf") ? name.substring(0, name.length() - ".gguf".length()) : name;
    }

    /// Where its files are.
    Path path(Console console) throws IOException {
        return ModelStore.open(console.environment()).resolve(model);
    }
}
