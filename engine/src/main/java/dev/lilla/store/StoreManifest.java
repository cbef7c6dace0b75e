package dev.lilla.store;

import dev.lilla.format.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What lies in one folder of the store: a file there is part of a model only if it is listed here.
///
/// Written to a temporary name and renamed, so that a model is there whole or not at all.
record StoreManifest(String source, Instant added, List<StoredFile> files) {
    static final String FILE_NAME = "lilla.json";

    private static final int FORMAT = 1;
    private static final int BYTES_MAX = 4 << 20;

    StoreManifest {
        files = List.copyOf(files);
    }

    /// The manifest in `folder`, if there is one.
    static Optional<StoreManifest> read(Path folder) throws IOException {
        Path file = folder.resolve(FILE_NAME);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        if (Files.size(file) > BYTES_MAX) {
            throw new ModelFormatException(file + ": a manifest has at most " + BYTES_MAX + " bytes");
        }
        try {
            JsonNode node = JsonMapper.shared().readTree(Files.readString(file));
            List<StoredFile> files = new ArrayList<>();
            for (JsonNode entry : node.required("files")) {
                files.add(new StoredFile(
                        RelativePaths.check(entry.required("path").asString()),
                        entry.required("bytes").asLong(),
                        entry.required("sha256").asString()));
            }
            return Optional.of(new StoreManifest(
                    node.required("source").asString(),
                    Instant.parse(node.required("added").asString()),
                    files));
        } catch (JacksonException | DateTimeException | IllegalArgumentException e) {
            throw new ModelFormatException(
                    file + " is no manifest: " + e.getMessage() + ". Remove the folder and get the model again", e);
        }
    }

    void write(Path folder) throws IOException {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("format", FORMAT).put("source", source).put("added", added.toString());
        ArrayNode list = node.putArray("files");
        for (StoredFile file : files) {
            list.addObject().put("path", file.path()).put("bytes", file.bytes()).put("sha256", file.sha256());
        }
        Path temporary = Files.createTempFile(folder, FILE_NAME, ".tmp");
        Files.writeString(
                temporary, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(node));
        Files.move(
                temporary,
                folder.resolve(FILE_NAME),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /// This manifest with `more` files in place of those of the same paths.
    StoreManifest with(StoreManifest more) {
        List<StoredFile> merged = new ArrayList<>(files);
        merged.removeIf(
                file -> more.files.stream().anyMatch(other -> other.path().equals(file.path())));
        merged.addAll(more.files);
        return new StoreManifest(more.source, more.added, merged);
    }

    /// This manifest without the files of `paths`.
    StoreManifest without(List<String> paths) {
        return new StoreManifest(
                source,
                added,
                files.stream().filter(file -> !paths.contains(file.path())).toList());
    }
}
