package dev.lilla.cli;

import dev.lilla.deploy.ModelFiles;
import dev.lilla.deploy.ServerConfiguration;
import dev.lilla.project.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The deployment that `lilla serve` is told to serve.
final class DeployedServer {
    private DeployedServer() {}

    /// The configuration that a command line names: a project, a deployment folder, or the file itself; empty
    /// if it names models.
    ///
    /// @throws IllegalArgumentException if nothing was deployed, or what was deployed is not there anymore
    static Optional<ServerConfiguration> named(List<String> models) {
        Optional<Path> file = models.stream()
                .map(DeployedServer::file)
                .flatMap(Optional::stream)
                .findFirst();
        if (file.isPresent() && models.size() > 1) {
            throw new IllegalArgumentException("a deployment is served alone, found " + models.size() + " arguments: "
                    + String.join(", ", models));
        }
        return file.map(DeployedServer::read);
    }

    private static Optional<Path> file(String argument) {
        Path path = Path.of(argument);
        Path inside = path.resolve(ServerConfiguration.FILE_NAME);
        if (Files.isDirectory(path)) {
            if (Files.isRegularFile(inside)) {
                return Optional.of(inside);
            }
            return Optional.of(path.resolve(Project.FILE_NAME)).filter(Files::isRegularFile);
        }
        boolean isYaml = argument.endsWith(".yaml") || argument.endsWith(".yml");
        return isYaml ? Optional.of(path) : Optional.empty();
    }

    @SuppressWarnings("CheckReturnValue") // its files are opened again when they are loaded
    private static ServerConfiguration read(Path file) {
        ServerConfiguration configuration = ServerConfiguration.read(deployed(file));
        ModelFiles.of(configuration);
        return configuration;
    }

    /// The configuration, or that of a project's deployment.
    private static Path deployed(Path file) {
        if (String.valueOf(file.getFileName()).equals(ServerConfiguration.FILE_NAME)
                || ServerConfiguration.isOne(file)) {
            return file;
        }
        Project project = Project.read(file);
        Path folder = project.deployment().folder();
        Path configuration = folder.resolve(ServerConfiguration.FILE_NAME);
        if (!Files.exists(configuration)) {
            throw new IllegalArgumentException("nothing has been deployed for \"" + project.name()
                    + "\" yet: there is no "
                    + configuration + ". \"lilla optimize " + file + "\" finds a variant, \"lilla deploy " + file
                    + "\" deploys it.");
        }
        return configuration;
    }
}
