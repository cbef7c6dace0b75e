package dev.lilla.evaluate.task;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Where examples come from.
///
/// @param test the file of rows to be answered; empty if it is given on the command line
/// @param shotRows the file of rows that show how; empty if there are none to show
/// @param shots how many of its first rows are shown before each question
/// @param idColumn names an example; empty to name it by its line
/// @param columns what a field of the task is called in the file, where that is not its name
public record TaskRows(
        Optional<Path> test,
        Optional<Path> shotRows,
        int shots,
        Optional<String> idColumn,
        Map<String, String> columns) {
    public TaskRows {
        columns = Map.copyOf(columns);
    }

    public TaskRows(Optional<Path> test, Optional<Path> shotRows, int shots, Optional<String> idColumn) {
        this(test, shotRows, shots, idColumn, Map.of());
    }

    public TaskRows withTest(Path value) {
        return new TaskRows(Optional.of(value), shotRows, shots, idColumn, columns);
    }

    public TaskRows withShots(int value) {
        return new TaskRows(test, shotRows, value, idColumn, columns);
    }

    public TaskRows withColumns(Map<String, String> value) {
        return new TaskRows(test, shotRows, shots, idColumn, value);
    }
}
