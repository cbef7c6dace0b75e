package dev.lilla.data;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;

/// Rows from lines of JSON, an object a line.
final class JsonRow {
    private final String name;
    private final JsonLine lines;

    /// @param name of the file, for messages
    JsonRow(String name) {
        this.name = name;
        this.lines = new JsonLine(name, StreamReadFeature.STRICT_DUPLICATE_DETECTION);
    }

    /// @param line its number, from 1
    DataRow parse(String json, int line) {
        JsonNode node = lines.parse(json, line);
        if (!node.isObject()) {
            throw new IllegalArgumentException(name + ": line " + line + ": holds " + node.getNodeType()
                    + ", expected an object, as {\"text\": \"…\", \"label\": \"…\"}.");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            JsonNode value = field.getValue();
            if (!value.isNull()) {
                fields.put(field.getKey(), value.isContainer() ? value.toString() : value.asString());
            }
        }
        return new DataRow(line, fields);
    }
}
