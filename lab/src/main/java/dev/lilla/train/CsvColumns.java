package dev.lilla.train;

import dev.lilla.data.CsvReader;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which column of a CSV file holds what.
///
/// @param width columns of the header
/// @param system index, or -1 where there is none; so are the others
record CsvColumns(String name, int width, int system, int prompt, int completion, int text) {
    /// @param name of the file, for messages
    /// @throws IllegalArgumentException if the header lacks what an example needs, or has a name twice
    static CsvColumns of(String name, CsvReader.Row header, Columns columns) {
        List<String> names = header.fields().stream().map(String::strip).toList();
        Set<String> seen = new HashSet<>();
        for (String column : names) {
            if (!seen.add(column) && columns.names().anyMatch(column::equals)) {
                throw new IllegalArgumentException(
                        name + ": line " + header.line() + ": the column '" + column + "' is there twice.");
            }
        }
        CsvColumns found = new CsvColumns(
                name,
                names.size(),
                names.indexOf(columns.system()),
                names.indexOf(columns.prompt()),
                names.indexOf(columns.completion()),
                names.indexOf(columns.text()));
        if ((found.prompt < 0 || found.completion < 0) && found.text < 0) {
            throw new IllegalArgumentException(name + ": line " + header.line() + ": the header has the columns "
                    + names + ", expected '" + columns.prompt() + "' with '" + columns.completion() + "', or '"
                    + columns.text() + "'. Map other names with --columns, for example"
                    + " prompt=question,completion=answer; another delimiter with --delimiter.");
        }
        return found;
    }

    Example example(CsvReader.Row row) {
        List<String> fields = row.fields();
        if (fields.size() != width) {
            throw new IllegalArgumentException(
                    name + ": line " + row.line() + ": has " + fields.size() + " fields, expected " + width
                            + " as in the header. A field with the delimiter in it needs quotes.");
        }
        if (prompt >= 0 && completion >= 0) {
            Optional<String> instruction = system < 0
                    ? Optional.empty()
                    : Optional.of(fields.get(system)).filter(value -> !value.isBlank());
            return new Example.Completion(row.line(), instruction, fields.get(prompt), fields.get(completion));
        }
        return new Example.Text(row.line(), fields.get(text));
    }
}
