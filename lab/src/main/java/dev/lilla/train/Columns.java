package dev.lilla.train;

import java.util.Optional;
import java.util.stream.Stream;

/// What the fields of an example are called in its file: columns of CSV, keys of JSON.
///
/// @param delimiter between the columns of CSV
public record Columns(
        String messages, String system, String prompt, String completion, String text, Optional<Character> delimiter) {
    /// `messages`, `system`, `prompt`, `completion` and `text`.
    public static final Columns DEFAULT =
            new Columns("messages", "system", "prompt", "completion", "text", Optional.empty());

    /// Reads `prompt=question,completion=answer`; fields that are not named keep their names.
    ///
    /// @throws IllegalArgumentException if a part is no pair, or names a field that there is not
    public static Columns parse(String mapping) {
        Columns columns = DEFAULT;
        for (String pair : mapping.split(",")) {
            int equals = pair.indexOf('=');
            if (equals < 1 || equals == pair.length() - 1) {
                throw new IllegalArgumentException("columns are mapped as FIELD=COLUMN,…, found \"" + pair
                        + "\". For example: prompt=question,completion=answer");
            }
            columns = columns.with(
                    pair.substring(0, equals).strip(),
                    pair.substring(equals + 1).strip());
        }
        return columns;
    }

    public Columns withDelimiter(char value) {
        return new Columns(messages, system, prompt, completion, text, Optional.of(value));
    }

    private Columns with(String field, String column) {
        return switch (field) {
            case "messages" -> new Columns(column, system, prompt, completion, text, delimiter);
            case "system" -> new Columns(messages, column, prompt, completion, text, delimiter);
            case "prompt" -> new Columns(messages, system, column, completion, text, delimiter);
            case "completion" -> new Columns(messages, system, prompt, column, text, delimiter);
            case "text" -> new Columns(messages, system, prompt, completion, column, delimiter);
            default ->
                throw new IllegalArgumentException("no field '" + field
                        + "' to map a column to; there are messages, system, prompt, completion and text");
        };
    }

    /// What a record has to have, for messages.
    String expected() {
        return "'" + messages + "', '" + prompt + "' with '" + completion + "', or '" + text + "'";
    }

    /// The names it looks for.
    Stream<String> names() {
        return Stream.of(messages, system, prompt, completion, text);
    }
}
