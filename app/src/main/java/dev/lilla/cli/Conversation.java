package dev.lilla.cli;

import dev.lilla.chat.Message;
import dev.lilla.chat.Role;
import dev.lilla.format.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/// What was said in a chat, kept as messages.
final class Conversation {
    private @Nullable String system;
    private final List<Message> turns = new ArrayList<>();

    Conversation(@Nullable String system) {
        this.system = system;
    }

    Optional<String> system() {
        return Optional.ofNullable(system);
    }

    /// Sets what the model is told first; an empty text takes it away.
    void setSystem(String text) {
        system = text.isBlank() ? null : text;
    }

    void add(Message message) {
        turns.add(message);
    }

    /// Takes the last question and what was answered back.
    ///
    /// @return the question, if there was one
    Optional<String> undo() {
        for (int i = turns.size() - 1; i >= 0; i--) {
            Message turn = turns.remove(i);
            if (turn.role() == Role.USER) {
                return Optional.of(turn.content());
            }
        }
        return Optional.empty();
    }

    void reset() {
        turns.clear();
    }

    int size() {
        return turns.size();
    }

    /// All of it, the system message first.
    List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        system().ifPresent(text -> messages.add(Message.system(text)));
        messages.addAll(turns);
        return messages;
    }

    /// The system message and the last one alone.
    List<Message> lastMessage() {
        List<Message> messages = new ArrayList<>();
        system().ifPresent(text -> messages.add(Message.system(text)));
        if (!turns.isEmpty()) {
            messages.add(turns.getLast());
        }
        return messages;
    }

    /// Writes it as a JSON list of messages, which `lilla render` and [#load] read.
    void save(Path file) throws IOException {
        ArrayNode list = JsonMapper.shared().createArrayNode();
        for (Message message : messages()) {
            list.addObject().put("role", message.role().label()).put("content", message.content());
        }
        Files.writeString(
                file, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(list) + "\n");
    }

    /// Replaces it by what a file holds.
    ///
    /// @throws IllegalArgumentException if the file holds no list of messages; then nothing changes
    void load(Path file) {
        JsonNode list = JsonFiles.read(file);
        if (!list.isArray()) {
            throw new IllegalArgumentException(file + " holds no list of messages");
        }
        String loadedSystem = null;
        List<Message> loaded = new ArrayList<>();
        for (JsonNode entry : list) {
            Message message = new Message(
                    Role.of(entry.path("role").asString("")),
                    entry.path("content").asString(""));
            if (message.role() == Role.SYSTEM && loaded.isEmpty()) {
                loadedSystem = message.content();
            } else {
                loaded.add(message);
            }
        }
        system = loadedSystem;
        turns.clear();
        turns.addAll(loaded);
    }
}
