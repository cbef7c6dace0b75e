package dev.lilla.cli;

import dev.lilla.train.Columns;
import dev.lilla.train.EncodingOptions;
import dev.lilla.train.TrainingRequest;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where examples come from, and how they become tokens.
final class TrainingDataOptions {
    @Option(names = "--validation", paramLabel = "FILE", description = "Examples to validate with.")
    private @Nullable Path validation;

    @Option(
            names = "--validation-part",
            paramLabel = "P",
            defaultValue = "0.1",
            description = "Part of DATA set aside to validate with where there is no such file; 0 for none."
                    + " Default: ${DEFAULT-VALUE}.")
    private double validationPart = 0.1;

    @Option(
            names = "--columns",
            paramLabel = "MAP",
            description = "Names of columns or keys that differ: prompt=question,completion=answer.")
    private @Nullable String columns;

    @Option(names = "--delimiter", paramLabel = "C", description = "Between columns of CSV. Default: a comma.")
    private @Nullable Character delimiter;

    @Option(
            names = "--max-length",
            paramLabel = "TOKENS",
            defaultValue = "1024",
            description = "Examples are cut to it, texts parted. Default: ${DEFAULT-VALUE}, or the model's context.")
    int maxLength = 1024;

    @Option(names = "--drop-long", description = "Leaves longer examples out instead.")
    private boolean dropLong;

    @Option(
            names = "--prompt-weight",
            paramLabel = "X",
            defaultValue = "0",
            description = "Weight of the loss on what the assistant did not write, 0 to 1. Default: ${DEFAULT-VALUE}.")
    private float promptWeight;

    @Option(names = "--raw", description = "Joins prompts and completions without the chat template.")
    private boolean raw;

    @Option(
            names = "--template-variable",
            paramLabel = "NAME=VALUE",
            description = "For the chat template. May be repeated.")
    private Map<String, String> variables = Map.of();

    /// @param context tokens that the model was made for
    TrainingRequest.Examples data(Path train, int context) {
        Columns named = columns == null ? Columns.DEFAULT : Columns.parse(columns);
        EncodingOptions encoding = new EncodingOptions(
                Math.min(maxLength, context),
                promptWeight,
                raw ? EncodingOptions.Prompts.RAW : EncodingOptions.Prompts.TEMPLATE,
                dropLong ? EncodingOptions.TooLong.DROP : EncodingOptions.TooLong.CUT,
                Map.copyOf(variables));
        return new TrainingRequest.Examples(
                train,
                Optional.ofNullable(validation),
                validationPart,
                delimiter == null ? named : named.withDelimiter(delimiter),
                encoding);
    }
}
