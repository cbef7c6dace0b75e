package dev.lilla.cli;

import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Where a command writes the model that it makes of others.
final class ModelTargetMixin {
    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The GGUF file to make, if it ends with .gguf, or the directory.")
    @SuppressWarnings("NullAway.Init") // required
    private Path out;

    @Mixin
    private final TargetMixin target = new TargetMixin();

    /// @throws IllegalArgumentException if it exists and may not be replaced
    Path path() {
        target.check(out);
        return out;
    }
}
