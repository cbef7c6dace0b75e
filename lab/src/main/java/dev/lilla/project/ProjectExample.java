package dev.lilla.project;

import java.util.Optional;

/// An example of a project's data.
///
/// @param id the row's own, or the number of its line
/// @param line where its row begins in its file, from 1
/// @param context the text that a question is about
public record ProjectExample(String id, int line, String input, String output, Optional<String> context) {
    /// Equal where input and context are the same whatever case and spaces; for others almost never.
    public long inputHash() {
        return InputHash.of(input, context.orElse(""));
    }
}
