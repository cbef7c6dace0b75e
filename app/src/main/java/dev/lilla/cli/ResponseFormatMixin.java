package dev.lilla.cli;

import dev.lilla.chat.ResponseFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What form an answer must have.
final class ResponseFormatMixin {
    /// The largest file that is read; grammars have a limit of their own.
    private static final long FILE_BYTES_MAX = 4 << 20;

    @Option(
            names = "--json-schema",
            paramLabel = "FILE",
            description = "The answer is JSON that this JSON Schema allows.")
    private @Nullable Path schema;

    @Option(names = "--json-object", description = "The answer is a JSON object.")
    private boolean jsonObject;

    @Option(names = "--regex", paramLabel = "PATTERN", description = "The answer is a text that this matches whole.")
    private @Nullable String regex;

    @Option(
            names = "--grammar",
            paramLabel = "FILE",
            description = "The answer follows this grammar, in llama.cpp's GBNF notation.")
    private @Nullable Path grammar;

    /// What the user asked for.
    ///
    /// @throws IllegalArgumentException if options exclude each other
    ResponseFormat format() throws IOException {
        List<ResponseFormat> formats = new ArrayList<>();
        if (schema != null) {
            formats.add(new ResponseFormat.JsonSchema(read(schema)));
        }
        if (jsonObject) {
            formats.add(new ResponseFormat.JsonObject());
        }
        if (regex != null) {
            formats.add(new ResponseFormat.Regex(regex));
        }
        if (grammar != null) {
            formats.add(new ResponseFormat.Gbnf(read(grammar)));
        }
        if (formats.size() > 1) {
            throw new IllegalArgumentException(
                    "--json-schema, --json-object, --regex and --grammar exclude each other; give one of them");
        }
        return formats.isEmpty() ? ResponseFormat.TEXT : formats.getFirst();
    }

    private static String read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > FILE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    file + " has " + size + " bytes, expected a schema or grammar of at most " + FILE_BYTES_MAX);
        }
        return Files.readString(file);
    }
}
