package dev.lilla.cli;

import dev.lilla.project.DataCheck;
import dev.lilla.project.Project;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/// The project that a command is about.
final class ProjectArgument {
    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            defaultValue = Project.FILE_NAME,
            description = "The project. Default: ${DEFAULT-VALUE}.")
    private Path file = Path.of(Project.FILE_NAME);

    Path file() {
        return file;
    }

    Project read() {
        return Project.read(file);
    }

    /// The project, if its data can be used.
    ///
    /// @throws IllegalArgumentException if the data has errors
    Project usable() {
        return usable(file);
    }

    /// The project of a file, if its data can be used.
    ///
    /// @throws IllegalArgumentException if the data has errors
    static Project usable(Path file) {
        Project project = Project.read(file);
        if (!DataCheck.check(project, _ -> {}).isUsable()) {
            throw new IllegalArgumentException(
                    "the data has errors, so nothing was begun; \"lilla project check " + file + "\" shows them.");
        }
        return project;
    }
}
