package dev.lilla.evaluate.task;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Reads task files: Lilla's own, and those of lm-eval, told apart by their keys.
public final class TaskFile {
    private static final long BYTES_MAX = 1 << 20;

    private TaskFile() {}

    /// @throws IllegalArgumentException if it is no task; the message names the key, or the line that is no YAML
    public static Task read(Path file) {
        JsonNode tree = tree(file);
        TaskKeys keys = new TaskKeys(tree, file);
        return tree.has("output_type") ? LmEvalTask.read(keys) : LillaTask.read(keys);
    }

    private static JsonNode tree(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException(
                        file + (Files.exists(file) ? " is a folder" : " does not exist") + ", expected a task file.");
            }
            if (Files.size(file) > BYTES_MAX) {
                throw new IllegalArgumentException(
                        file + ": has " + Files.size(file) + " bytes, a task file has at most " + BYTES_MAX);
            }
            JsonNode tree = YAMLMapper.shared().readTree(Files.readString(file));
            if (!tree.isObject()) {
                throw new IllegalArgumentException(file + ": is no task, expected keys such as 'kind: classify'");
            }
            return tree;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + ": is not UTF-8 text", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JacksonException e) {
            String where =
                    e.getLocation() == null ? "" : ": line " + e.getLocation().getLineNr();
            throw new IllegalArgumentException(file + where + ": is no YAML: " + e.getOriginalMessage(), e);
        }
    }
}
