package dev.lilla.demo;

import dev.lilla.chat.Message;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Examples as lines of JSON: `{"task":…,"messages":[{"role":…,"content":…},…]}`.
public final class CorpusFile {
    private CorpusFile() {}

    /// Writes a file of examples, one a line, and replaces one that exists.
    ///
    /// @param progress told of each example that is written
    public static void write(Path file, Stream<Example> examples, Runnable progress) throws IOException {
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            for (Iterator<Example> rest = examples.iterator(); rest.hasNext(); ) {
                writer.write(line(rest.next()));
                writer.write('\n');
                progress.run();
            }
        }
    }

    static String line(Example example) {
        ObjectNode line = JsonMapper.shared().createObjectNode();
        line.put("task", example.task().label());
        line.put("language", example.language().code());
        line.put("split", example.split().label());
        line.put("kind", example.kind());
        ArrayNode messages = line.putArray("messages");
        for (Message message : example.messages()) {
            messages.addObject().put("role", message.role().label()).put("content", message.content());
        }
        return line.toString();
    }
}
