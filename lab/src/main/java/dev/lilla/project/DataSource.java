package dev.lilla.project;

import java.nio.file.Path;
import java.util.Optional;

/// Where the examples of a project are.
public record DataSource(Files files, ColumnNames columns, Optional<Character> delimiter) {
    /// The files, with their paths as they are from here.
    public sealed interface Files {}

    /// One file, of which each row is in one part.
    ///
    /// @param testShare of the rows, 0 to 0.9
    /// @param validationShare of the rows, 0 to 0.5
    public record Split(Path file, double testShare, double validationShare, long seed) implements Files {}

    /// A file for each part.
    public record Parts(Optional<Path> train, Optional<Path> validation, Path test) implements Files {}

    /// What the columns are called.
    ///
    /// @param context the text that a question is about
    public record ColumnNames(String input, String output, Optional<String> context, Optional<String> id) {}
}
