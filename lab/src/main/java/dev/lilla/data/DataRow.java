package dev.lilla.data;

import java.util.Map;
import java.util.Optional;

/// One row of a table.
///
/// @param line where it begins in its file, from 1
/// @param fields by the names of their columns; what is nested in a line of JSON is JSON here too
public record DataRow(int line, Map<String, String> fields) {
    /// The field of a column, if the row has it.
    public Optional<String> field(String column) {
        return Optional.ofNullable(fields.get(column));
    }
}
