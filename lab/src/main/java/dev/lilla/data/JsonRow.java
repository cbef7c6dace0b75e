package dev.lilla.data;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Rows from lines of JSON, an object a line.
final class JsonRow {
    private static final int DEPTH_MAX = 64;
    private static final int STRING_CHARACTERS_MAX = 64 << 20;
    private static final int NUMBER_CHARACTERS_MAX = 400;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .maxStringLength(STRING_CHARACTERS_MAX)
                            .maxNumberLength(NUMBER_CHARACTERS_MAX)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String name;

    /// @param name of the file, for messages
    JsonRow(String name) {
        this.name = name;
    }

    /// @param line its number, from 1
    DataRow parse(String json, int line) {
        JsonNode node = tree(json, line);
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

    private JsonNode tree(String json, int line) {
        try {
            return MAPPER.readTree(json);
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String where = at == null ? "" : ", column " + at.getColumnNr();
            throw new IllegalArgumentException(
                    name + ": line " + line + where + ": invalid JSON: " + e.getOriginalMessage(), e);
        }
    }
}
