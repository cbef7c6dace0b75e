package dev.lilla.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A file of rows, whose form its name tells: `.jsonl` or `.ndjson`, `.csv`, `.tsv`.
///
/// Rows are read one at a time, so that a file may be far larger than memory.
public final class DataFile {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private static final String DELIMITERS = "\t;,|";
    private static final int LINE_CHARACTERS_MAX = 64 << 20;

    private final Path path;
    private final Form form;
    private final char delimiter;

    /// What rows look like.
    public enum Form {
        CSV,
        TSV,
        JSON_LINES
    }

    private DataFile(Path path, Form form, char delimiter) {
        this.path = path;
        this.form = form;
        this.delimiter = delimiter;
    }

    /// @param delimiter between columns, if it is not the usual one of the form
    /// @throws IllegalArgumentException if there is no such file, or its name tells no form
    public static DataFile of(Path path, Optional<Character> delimiter) {
        if (!Files.isRegularFile(path)) {
            throw new IllegalArgumentException(path
                    + (Files.exists(path) ? " is a folder" : " does not exist")
                    + ", expected a file of rows. Check the spelling.");
        }
        Form form = form(path);
        return new DataFile(path, form, delimiter.orElse(form == Form.TSV ? '\t' : ','));
    }

    private static Form form(Path path) {
        String name = Objects.requireNonNull(path.getFileName(), "a file has a name")
                .toString()
                .toLowerCase(Locale.ROOT);
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "jsonl", "ndjson" -> Form.JSON_LINES;
            case "csv" -> Form.CSV;
            case "tsv" -> Form.TSV;
            default ->
                throw new IllegalArgumentException(
                        path + ": its form is not known by its name. Supported: .csv, .tsv and .jsonl. Rename it, and"
                                + " save a spreadsheet as \"CSV UTF-8\".");
        };
    }

    public Path path() {
        return path;
    }

    public Form form() {
        return form;
    }

    /// The names of the columns: the header of a table, or the keys of the first line of JSON; empty in an empty file.
    public List<String> columns() {
        if (form == Form.JSON_LINES) {
            List<List<String>> found = new ArrayList<>();
            forEach(row -> {
                found.add(List.copyOf(row.fields().keySet()));
                return false;
            });
            return found.isEmpty() ? List.of() : found.getFirst();
        }
        try (BufferedReader reader = reader()) {
            return new CsvReader(reader, path.toString(), delimiter)
                    .read()
                    .map(header -> header.fields().stream().map(String::strip).toList())
                    .orElse(List.of());
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// What probably stands between the columns instead, where the delimiter leaves the header in one piece.
    /// Spreadsheets write a semicolon where the comma is the decimal sign.
    public Optional<Character> likelierDelimiter() {
        List<String> columns = columns();
        if (form == Form.JSON_LINES || columns.size() != 1) {
            return Optional.empty();
        }
        String header = columns.getFirst();
        return DELIMITERS
                .chars()
                .mapToObj(character -> (char) character)
                .filter(character -> header.indexOf(character) >= 0)
                .findFirst();
    }

    /// Hands out the rows in their order until `visitor` says no.
    ///
    /// @throws IllegalArgumentException if a row breaks the form, or the file is not UTF-8; the message names
    ///     the line
    /// @throws UncheckedIOException if it cannot be read
    public void forEach(Predicate<DataRow> visitor) {
        try (BufferedReader reader = reader()) {
            switch (form) {
                case CSV, TSV -> table(reader, visitor);
                case JSON_LINES -> jsonLines(reader, visitor);
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private void table(BufferedReader reader, Predicate<DataRow> visitor) throws IOException {
        CsvReader csv = new CsvReader(reader, path.toString(), delimiter);
        Optional<CsvReader.Row> header = csv.read();
        if (header.isEmpty()) {
            return;
        }
        List<String> names = header.get().fields().stream().map(String::strip).toList();
        for (Optional<CsvReader.Row> row = csv.read(); row.isPresent(); row = csv.read()) {
            List<String> fields = row.get().fields();
            if (fields.size() != names.size()) {
                throw new IllegalArgumentException(path + ": line " + row.get().line() + ": has " + fields.size()
                        + (fields.size() == 1 ? " field" : " fields") + ", expected " + names.size()
                        + " as in the header. A field with the delimiter '" + delimiter + "' in it needs quotes.");
            }
            Map<String, String> byName = new LinkedHashMap<>();
            for (int i = 0; i < names.size(); i++) {
                byName.put(names.get(i), fields.get(i));
            }
            if (!visitor.test(new DataRow(row.get().line(), byName))) {
                return;
            }
        }
    }

    private void jsonLines(BufferedReader reader, Predicate<DataRow> visitor) throws IOException {
        JsonRow parser = new JsonRow(path.toString());
        int number = 0;
        for (String line = line(reader, 1); line != null; line = line(reader, number + 1)) {
            number++;
            String json =
                    number == 1 && !line.isEmpty() && line.charAt(0) == BYTE_ORDER_MARK ? line.substring(1) : line;
            if (!json.isBlank() && !visitor.test(parser.parse(json, number))) {
                return;
            }
        }
    }

    /// A line of bounded length, so that a file without line breaks does not fill the memory.
    private @Nullable String line(BufferedReader reader, int number) throws IOException {
        StringBuilder line = new StringBuilder();
        int next = reader.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n') {
            if (line.length() == LINE_CHARACTERS_MAX) {
                throw new IllegalArgumentException(path + ": line " + number + ": has more than " + LINE_CHARACTERS_MAX
                        + " characters, expected one object a line.");
            }
            line.append((char) next);
            next = reader.read();
        }
        return line.toString();
    }

    private BufferedReader reader() throws IOException {
        return new BufferedReader(
                new InputStreamReader(
                        Files.newInputStream(path),
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .onMalformedInput(CodingErrorAction.REPORT)
                                .onUnmappableCharacter(CodingErrorAction.REPORT)),
                BUFFER_BYTES);
    }

    private RuntimeException failure(IOException e) {
        return e instanceof CharacterCodingException
                ? new IllegalArgumentException(ForeignEncoding.explain(path), e)
                : new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
    }
}
