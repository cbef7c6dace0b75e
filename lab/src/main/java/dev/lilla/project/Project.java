package dev.lilla.project;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What `lilla.yaml` says: the goal, the data, and how a model is found, measured, improved and served.
///
/// @param file where it was read; relative paths in it begin at its folder
/// @param name what it is called, the name of its folder if it says nothing
public record Project(
        Path file,
        String name,
        Goal goal,
        DataSource data,
        CandidateOptions candidates,
        Evaluation evaluation,
        Optimization optimization,
        Deployment deployment) {
    /// The usual name of the file.
    public static final String FILE_NAME = "lilla.yaml";

    /// Reads a project.
    ///
    /// @throws ProjectException if it says what cannot be; the message names lines and columns
    /// @throws IllegalArgumentException if there is no such file, or it is no text
    /// @throws UncheckedIOException if it cannot be read
    public static Project read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("there is no project at " + file + ". \"lilla init\" writes one.");
        }
        try {
            if (Files.size(file) > 4L * YamlReader.CHARACTERS_MAX) {
                throw new ProjectException(
                        file.toString(),
                        List.of(new Problem(
                                Optional.empty(), "", "has " + Files.size(file) + " bytes, too many for a project")));
            }
            return parse(file, Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + ": is not UTF-8 text. Save it as UTF-8.", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /// A project from the text of its file.
    ///
    /// @throws ProjectException if it says what cannot be
    public static Project parse(Path file, String yaml) {
        return ProjectReader.project(file, yaml);
    }
}
