package dev.lilla.serve;

import dev.lilla.Oracle;
import dev.lilla.format.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A tiny model of random weights with the chat template of a real one, and with tokens of its own for marks.
final class TemplateModel {
    private TemplateModel() {}

    /// Makes one in a folder.
    ///
    /// @param template a part of its name among the templates of the fixtures; the test is skipped without
    ///     these
    /// @param marks texts that become single special tokens, five at most
    static Path in(Path folder, String template, String... marks) throws IOException {
        Path model = Oracle.model("llama3");
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
            String text = Files.readString(folder.resolve(name));
            for (int i = 0; i < marks.length; i++) {
                text = text.replace("<|reserved_special_token_" + i + "|>", marks[i].replace("\n", "\\n"));
            }
            Files.writeString(folder.resolve(name), text);
        }
        Path config = folder.resolve("tokenizer_config.json");
        ObjectNode changed = (ObjectNode) JsonFiles.read(config);
        changed.put("chat_template", source(template));
        Files.writeString(config, changed.toString());
        return folder;
    }

    private static String source(String name) {
        for (JsonNode template : JsonFiles.read(Oracle.templates().resolve("cases.json"))) {
            if (template.get("template").asString().contains(name)) {
                return template.get("source").asString();
            }
        }
        throw new IllegalArgumentException("no template " + name);
    }
}
