package dev.lilla.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads JSON that strangers wrote: configurations, tokenizers, indexes.
///
/// Python's `NaN` and `Infinity` are accepted, as some published configurations hold them; anything after the
/// value but white space is an error.
public final class JsonFiles {
    /// The largest document; the largest tokenizer.json known takes 35 MB.
    public static final int BYTES_MAX = 256 << 20;
    /// The deepest nesting; configurations reach 6.
    public static final int DEPTH_MAX = 128;
    /// The longest number in characters.
    private static final int NUMBER_CHARACTERS_MAX = 400;
    /// The longest string; precompiled normalizer tables of tokenizers take 1 MB.
    private static final int STRING_CHARACTERS_MAX = 64 << 20;

    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(BYTES_MAX)
                            .maxNestingDepth(DEPTH_MAX)
                            .maxNumberLength(NUMBER_CHARACTERS_MAX)
                            .maxStringLength(STRING_CHARACTERS_MAX)
                            .build())
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonFiles() {}

    /// The JSON value in a file.
    ///
    /// @throws IllegalArgumentException if there is no such file
    /// @throws ModelFormatException if it is no JSON, or beyond the limits above
    public static JsonNode read(Path path) {
        MappedFile.requireFile(path);
        try {
            long size = Files.size(path);
            if (size > BYTES_MAX) {
                throw new ModelFormatException(path + ": has " + size + " bytes, expected JSON of at most " + BYTES_MAX
                        + ". Check that it is the file you mean.");
            }
            return parse(Files.readAllBytes(path), path.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /// The JSON value in UTF-8 bytes.
    ///
    /// @param name names the source in errors, usually the path of a file
    public static JsonNode parse(byte[] json, String name) {
        try {
            JsonNode value = MAPPER.readTree(json);
            if (value.isMissingNode()) {
                throw new ModelFormatException(
                        name + ": at byte " + json.length + ": there is no JSON. Download or copy the file again.");
            }
            return value;
        } catch (JacksonException e) {
            throw broken(e, name, 0);
        }
    }

    /// The JSON value in text.
    public static JsonNode parse(String json, String name) {
        return parse(json.getBytes(StandardCharsets.UTF_8), name);
    }

    /// @param start where in the file the JSON begins
    static ModelFormatException broken(JacksonException e, String name, long start) {
        TokenStreamLocation at = e.getLocation();
        String where = at == null
                ? ""
                : "at byte " + (start + Math.max(0, at.getByteOffset())) + " (line " + at.getLineNr() + ", column "
                        + at.getColumnNr() + "): ";
        return new ModelFormatException(
                name + ": " + where + "invalid JSON: " + e.getOriginalMessage() + ". Download or copy the file again.",
                e);
    }

    /// Writes a document, indented. An existing file of that name stays until the new one is complete.
    ///
    /// @throws UncheckedIOException if it cannot be written
    public static void write(Path path, JsonNode json) {
        WholeFile.write(path, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
    }
}
