package dev.lilla.deploy;

import dev.lilla.decision.DecisionRecord.VariantRecord;
import dev.lilla.evaluate.run.LocalSubject;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The files of a model whose digest was checked.
///
/// @param path a GGUF file or a model directory
/// @param context tokens that it was made for
public record ModelFiles(Path path, String digest, int context) {
    /// Where a record and a server find models.
    static final String FOLDER = "model";

    /// The files of a variant.
    ///
    /// @param folder of its record
    /// @throws IllegalArgumentException if they are gone, or are not those that were evaluated
    public static ModelFiles of(Path folder, VariantRecord variant) {
        Path path = folder.resolve(variant.file());
        String again = " Make it again: \"lilla optimize\".";
        if (!Files.exists(path)) {
            throw new IllegalArgumentException(
                    path + ": the file of the variant \"" + variant.name() + "\" is gone." + again);
        }
        ModelFiles found;
        try {
            found = read(path);
        } catch (ModelFormatException | UnsupportedModelException e) {
            throw new IllegalArgumentException(
                    path + ": the file of the variant \"" + variant.name() + "\" is no model anymore: " + e.getMessage()
                            + again,
                    e);
        }
        if (!found.digest().equals(variant.digest())) {
            throw new IllegalArgumentException(path + ": the file of the variant \"" + variant.name()
                    + "\" has the digest " + found.digest() + ", and that which was evaluated had " + variant.digest()
                    + ". It was changed since." + again);
        }
        return found;
    }

    /// The model that a server is configured for.
    ///
    /// @throws IllegalArgumentException if it is gone, or is another one
    public static ModelFiles of(ServerConfiguration configuration) {
        Path path = configuration.model();
        if (!Files.exists(path)) {
            throw new IllegalArgumentException(
                    path + ": the deployed model is gone. Deploy it again: \"lilla deploy --force\".");
        }
        ModelFiles found = read(path);
        if (!found.digest().equals(configuration.digest())) {
            throw new IllegalArgumentException(path + ": has the digest " + found.digest()
                    + ", and the model that was deployed had " + configuration.digest()
                    + ". It was changed since. Deploy it again: \"lilla deploy --force\".");
        }
        return found;
    }

    private static ModelFiles read(Path path) {
        try (ModelDescription description = ModelDescription.open(path, LoadOptions.DEFAULT)) {
            return new ModelFiles(
                    path, LocalSubject.digest(description), description.spec().contextLength());
        }
    }

    /// Its path from a folder that it was placed in.
    String placed() {
        return Files.isDirectory(path) ? FOLDER : FOLDER + "/" + path.getFileName();
    }

    /// Puts the files into the folder [#FOLDER] of another: as links to the same bytes where the file system
    /// can, else copied.
    void place(Path folder) throws IOException {
        Path target = Files.createDirectories(folder.resolve(FOLDER));
        for (Path file : files()) {
            place(file.toRealPath(), target.resolve(String.valueOf(file.getFileName())));
        }
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.filter(Files::isRegularFile).sorted().toList();
        } catch (UncheckedIOException e) {
            throw Optional.ofNullable(e.getCause()).orElseGet(() -> new IOException(e));
        }
    }

    private static void place(Path file, Path target) throws IOException {
        boolean isForAll = !DeploymentFolder.hasModes(file)
                || Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        try {
            // A link has the modes of the original, and those are not ours to widen.
            if (isForAll) {
                Files.createLink(target, file);
            } else {
                Files.copy(file, target);
            }
        } catch (UnsupportedOperationException | IOException e) {
            Files.deleteIfExists(target);
            Files.copy(file, target);
        }
    }
}
