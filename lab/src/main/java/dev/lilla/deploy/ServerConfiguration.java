package dev.lilla.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// What `lilla serve` is told by a deployment: `server.yaml`.
///
/// @param name what clients call the model
/// @param variant what the decision calls it
/// @param model its file or directory, as it is from here
/// @param digest tells its weights from others
/// @param host the address to listen on
/// @param context tokens of the longest text, prompt included
/// @param parallel the most texts that are read and written side by side
public record ServerConfiguration(
        String name, String variant, Path model, String digest, String host, int port, int context, int parallel) {
    /// The usual name of the file.
    public static final String FILE_NAME = "server.yaml";

    /// The value of `format`, which such files begin with.
    static final String FORMAT = "lilla-server-1";

    private static final long BYTES_MAX = 1 << 16;
    private static final int PORT_MAX = 65_535;
    private static final int CONTEXT_MIN = 16;
    private static final int COUNT_MAX = 1 << 24;
    private static final List<String> KEYS =
            List.of("format", "name", "variant", "model", "digest", "host", "port", "context", "parallel");

    private static final YAMLMapper MAPPER = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    /// Whether a file says that it is such a configuration. One that cannot be read is none.
    public static boolean isOne(Path file) {
        try {
            return Files.isRegularFile(file)
                    && Files.size(file) <= BYTES_MAX
                    && Files.readAllLines(file).stream()
                            .anyMatch(line -> line.strip().equals("format: " + FORMAT));
        } catch (IOException e) {
            return false;
        }
    }

    /// Reads a configuration.
    ///
    /// @throws IllegalArgumentException if it is none; the message names file and key
    public static ServerConfiguration read(Path file) {
        JsonNode tree = tree(file);
        if (!tree.isObject() || !FORMAT.equals(tree.path("format").asString(""))) {
            throw new IllegalArgumentException(file + ": is no server configuration, expected the line \"format: "
                    + FORMAT + "\". \"lilla deploy\" writes one.");
        }
        Set<String> unknown = new TreeSet<>(tree.propertyNames());
        KEYS.forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    file + ": has the unknown keys " + unknown + ", expected some of " + KEYS + ".");
        }
        Values values = new Values(file, tree);
        Path folder = Optional.ofNullable(file.toAbsolutePath().normalize().getParent())
                .orElseThrow();
        return new ServerConfiguration(
                values.text("name"),
                values.text("variant"),
                folder.resolve(values.text("model")),
                values.text("digest"),
                values.text("host"),
                values.whole("port", 0, PORT_MAX),
                values.whole("context", CONTEXT_MIN, COUNT_MAX),
                values.whole("parallel", 1, COUNT_MAX));
    }

    private static JsonNode tree(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException("there is no server configuration at " + file + ".");
            }
            if (Files.size(file) > BYTES_MAX) {
                throw new IllegalArgumentException(file + ": has " + Files.size(file)
                        + " bytes, a server configuration has at most " + BYTES_MAX + ".");
            }
            return MAPPER.readTree(Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + ": is not UTF-8 text. Save it as UTF-8.", e);
        } catch (JacksonException e) {
            String where =
                    e.getLocation() == null ? "" : ": line " + e.getLocation().getLineNr();
            throw new IllegalArgumentException(file + where + ": is no YAML: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /// @param model its path from the folder of the file
    String yaml(String model) {
        return """
                # What "lilla serve" is told about this deployment. Options on its command line win over this file.
                format: %s
                # What clients call the model.
                name: %s
                # What the decision calls it.
                variant: %s
                # Its file, from here, and what tells its weights from others; the server starts with no other ones.
                model: %s
                digest: %s
                # Where it listens. Other addresses than this machine's own need an API key (LILLA_API_KEY).
                host: %s
                port: %d
                # Tokens of the longest text, prompt included, and texts that are written side by side.
                context: %d
                parallel: %d
                """.formatted(
                FORMAT, quoted(name), quoted(variant), quoted(model), quoted(digest), host, port, context, parallel);
    }

    /// A JSON text is one of YAML too.
    static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }

    private record Values(Path file, JsonNode tree) {
        String text(String key) {
            JsonNode value = tree.path(key);
            if (!value.isValueNode() || value.isNull() || value.asString().isBlank()) {
                throw new IllegalArgumentException(file + ": the key '" + key + "' is missing, expected a text.");
            }
            return value.asString();
        }

        int whole(String key, int min, int max) {
            JsonNode value = tree.path(key);
            if (!value.isIntegralNumber()
                    || !value.canConvertToInt()
                    || value.intValue() < min
                    || value.intValue() > max) {
                throw new IllegalArgumentException(file + ": the key '" + key + "' is " + value
                        + ", expected a whole number from " + min + " to " + max + ".");
            }
            return value.intValue();
        }
    }
}
