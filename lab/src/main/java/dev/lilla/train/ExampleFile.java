package dev.lilla.train;

import dev.lilla.data.CsvReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads the examples of a file, whose form its name tells: `.jsonl`, `.csv`, `.tsv` or `.txt`.
public final class ExampleFile {
    /// Larger files do not fit into the memory of the machines that this is for.
    private static final long BYTES_MAX = 2L << 30;

    private final Path path;
    private final Columns columns;

    private ExampleFile(Path path, Columns columns) {
        this.path = path;
        this.columns = columns;
    }

    /// The examples in the order of the file.
    ///
    /// @throws IllegalArgumentException if there is no such file, its form is not known, or it breaks that
    ///     form; the
    ///     message names line and column
    public static List<Example> read(Path path, Columns columns) {
        if (!Files.isRegularFile(path)) {
            throw new IllegalArgumentException(path + (Files.exists(path) ? " is a folder" : " does not exist")
                    + ", expected a file of examples. Check the spelling.");
        }
        try {
            if (Files.size(path) > BYTES_MAX) {
                throw new IllegalArgumentException(path + ": has " + Files.size(path) + " bytes, at most " + BYTES_MAX
                        + " are read. Split it, or train on a part.");
            }
            List<Example> examples = new ExampleFile(path, columns).examples();
            if (examples.isEmpty()) {
                throw new IllegalArgumentException(path + ": holds no examples.");
            }
            return examples;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    path + ": is not UTF-8 text. Convert it, for example with: iconv -f WINDOWS-1252 -t UTF-8", e);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private List<Example> examples() throws IOException {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        int dot = name.lastIndexOf('.');
        return switch (name.substring(dot + 1)) {
            case "jsonl", "ndjson" -> jsonLines();
            case "csv" -> csv(columns.delimiter().orElse(','));
            case "tsv" -> csv(columns.delimiter().orElse('\t'));
            case "txt" -> {
                String text = Files.readString(path);
                yield text.isBlank() ? List.of() : List.of(new Example.Text(1, text));
            }
            default ->
                throw new IllegalArgumentException(path
                        + ": its form is not known by its name. Supported: .jsonl, .csv, .tsv and .txt. Rename it.");
        };
    }

    private List<Example> jsonLines() throws IOException {
        JsonExamples parser = new JsonExamples(path.toString(), columns);
        List<Example> examples = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(path)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                String json = number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
                if (!json.isBlank()) {
                    examples.add(parser.parse(json, number));
                }
            }
        }
        return examples;
    }

    private List<Example> csv(char delimiter) throws IOException {
        List<Example> examples = new ArrayList<>();
        try (BufferedReader reader = Files.newBufferedReader(path)) {
            CsvReader csv = new CsvReader(reader, path.toString(), delimiter);
            Optional<CsvReader.Row> header = csv.read();
            if (header.isEmpty()) {
                return examples;
            }
            CsvColumns places = CsvColumns.of(path.toString(), header.get(), columns);
            for (Optional<CsvReader.Row> row = csv.read(); row.isPresent(); row = csv.read()) {
                examples.add(places.example(row.get()));
            }
        }
        return examples;
    }
}
