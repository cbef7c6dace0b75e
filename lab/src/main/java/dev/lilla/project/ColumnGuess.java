package dev.lilla.project;

import dev.lilla.data.DataFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Which columns of a file are probably what, by their names; to be confirmed by whoever knows the file.
///
/// @param columns all of them
/// @param delimiter that the project has to name, as it is not the usual one and nobody gave it
public record ColumnGuess(
        List<String> columns,
        Optional<String> input,
        Optional<String> output,
        Optional<String> context,
        Optional<String> id,
        Optional<Character> delimiter) {
    private static final Set<String> INPUTS = Set.of(
            "input",
            "text",
            "message",
            "question",
            "prompt",
            "body",
            "document",
            "article",
            "ticket",
            "content",
            "fråga",
            "meddelande",
            "ärende",
            "indata");
    private static final Set<String> OUTPUTS = Set.of(
            "output",
            "label",
            "category",
            "class",
            "answer",
            "summary",
            "completion",
            "target",
            "response",
            "json",
            "intent",
            "etikett",
            "kategori",
            "klass",
            "svar",
            "sammanfattning",
            "utdata");
    private static final Set<String> CONTEXTS = Set.of("context", "passage", "paragraph", "source", "underlag");
    private static final Set<String> IDS = Set.of("id", "key", "number", "nr", "ticket_id", "uuid");

    public ColumnGuess {
        columns = List.copyOf(columns);
    }

    /// Looks at the header of a file, or at its first line of JSON.
    ///
    /// @throws IllegalArgumentException if there is no such file, or it is no table, or nothing stands in it
    public static ColumnGuess of(Path file, Optional<Character> delimiter) {
        DataFile table = DataFile.of(file, delimiter);
        if (table.columns().isEmpty()) {
            throw new IllegalArgumentException(
                    file + ": holds no rows, expected the names of its columns and a row for each example.");
        }
        Optional<Character> likelier = delimiter.isPresent() ? Optional.empty() : table.likelierDelimiter();
        return of(likelier.isPresent() ? DataFile.of(file, likelier).columns() : table.columns(), likelier);
    }

    private static ColumnGuess of(List<String> columns, Optional<Character> delimiter) {
        Optional<String> input = among(columns, INPUTS);
        Optional<String> output = among(columns, OUTPUTS);
        Optional<String> id = among(columns, IDS);
        List<String> rest = columns.stream()
                .filter(column -> id.filter(column::equals).isEmpty())
                .toList();
        if (rest.size() == 2) {
            // Whichever is not the one is the other.
            if (input.isEmpty()) {
                input = rest.stream().filter(column -> !isIn(column, OUTPUTS)).findFirst();
            }
            Optional<String> taken = input;
            if (output.isEmpty()) {
                output = rest.stream()
                        .filter(column -> taken.filter(column::equals).isEmpty())
                        .findFirst();
            }
        }
        return new ColumnGuess(columns, input, output, among(columns, CONTEXTS), id, delimiter);
    }

    private static Optional<String> among(List<String> columns, Set<String> names) {
        return columns.stream().filter(column -> isIn(column, names)).findFirst();
    }

    private static boolean isIn(String column, Set<String> names) {
        return names.contains(column.strip().toLowerCase(Locale.ROOT));
    }
}
