package dev.lilla.generate;

import dev.lilla.format.Gguf;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.ModelFormatException;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.template.ChatTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Finds the chat template of a model.
public final class ChatTemplates {
    /// A longer template file is refused; the longest in use are below 30,000 bytes.
    private static final long BYTES_MAX = 1 << 20;

    private ChatTemplates() {}

    /// The template of the files, or the one its family falls back to.
    ///
    /// @throws dev.lilla.template.TemplateException if it is broken
    public static Optional<ChatTemplate> find(ModelDescription description) {
        return source(description)
                .or(() -> description.family().chat().template())
                .map(ChatTemplate::parse);
    }

    /// The text of the template in the files: chat_template.jinja, chat_template.json, the `chat_template` of
    /// tokenizer_config.json (its entry `default` where there are several), or GGUF's `tokenizer.chat_template`.
    public static Optional<String> source(ModelDescription description) {
        if (description.checkpoint() instanceof Gguf gguf
                && description.directory().isEmpty()) {
            return gguf.metadata().findString("tokenizer.chat_template");
        }
        return description
                .directory()
                .flatMap(directory -> file(directory)
                        .or(() -> directory.json("chat_template.json").flatMap(ChatTemplates::entry))
                        .or(() -> directory.json("tokenizer_config.json").flatMap(ChatTemplates::entry)));
    }

    private static Optional<String> file(HuggingFaceDirectory directory) {
        return directory.file("chat_template.jinja").map(ChatTemplates::read);
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > BYTES_MAX) {
                throw new ModelFormatException(
                        file + " has " + Files.size(file) + " bytes; a chat template has at most " + BYTES_MAX + ".");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new ModelFormatException(file + " can't be read as UTF-8 text: " + e.getMessage(), e);
        }
    }

    private static Optional<String> entry(JsonNode config) {
        JsonNode template = config.path("chat_template");
        if (template.isString()) {
            return Optional.of(template.stringValue());
        }
        for (JsonNode named : template) {
            if (named.path("name").asString("").equals("default")
                    && named.path("template").isString()) {
                return Optional.of(named.path("template").stringValue());
            }
        }
        return Optional.empty();
    }
}
