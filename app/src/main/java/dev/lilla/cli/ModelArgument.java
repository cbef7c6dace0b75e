package dev.lilla.cli;

import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/// Which model.
final class ModelArgument {
    @Parameters(index = "0", paramLabel = "MODEL", description = "A GGUF file, a directory or a name in the store.")
    private String model = "";

    /// Where its files are.
    Path path(Console console) throws IOException {
        return ModelStore.open(console.environment()).resolve(model);
    }
}
