package dev.lilla.cli;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What the columns of the data are called.
final class InitColumns {
    @Option(names = "--input", paramLabel = "COLUMN", description = "What the model gets.")
    private @Nullable String input;

    @Option(names = "--output", paramLabel = "COLUMN", description = "The right answer.")
    private @Nullable String output;

    @Option(names = "--context", paramLabel = "COLUMN", description = "The text that a question is about.")
    private @Nullable String context;

    @Option(names = "--id", paramLabel = "COLUMN", description = "A name for each row.")
    private @Nullable String id;

    @Option(names = "--delimiter", paramLabel = "C", description = "Between columns, if neither comma nor tab.")
    private @Nullable Character delimiter;

    Optional<Character> delimiter() {
        return Optional.ofNullable(delimiter);
    }

    void addTo(Map<String, String> values) {
        InitCommand.put(values, "data.columns.input", input);
        InitCommand.put(values, "data.columns.output", output);
        InitCommand.put(values, "data.columns.context", context);
        InitCommand.put(values, "data.columns.id", id);
        if (delimiter != null) {
            InitCommand.put(values, "data.delimiter", delimiter.toString());
        }
    }
}
