package dev.lilla.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// Whether a command may write over what is there.
final class TargetMixin {
    @Option(names = "--force", description = "Replaces a target that exists.")
    private boolean force;

    /// @throws IllegalArgumentException if the target exists and may not be replaced
    void check(Path target) {
        if (Files.exists(target) && !force) {
            throw new IllegalArgumentException(target + " exists already. Name another target, or add --force");
        }
    }
}
