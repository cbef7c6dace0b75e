package dev.lilla.data;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads the lines of a file of JSON lines, one value a line, with caps on depth and lengths.
public final class JsonLine {
    private static final int DEPTH_MAX = 64;
    private static final int STRING_CHARACTERS_MAX = 64 << 20;
    private static final int NUMBER_CHARACTERS_MAX = 400;

    private final String name;
    private final JsonMapper mapper;

    /// @param name of the file, for messages
    /// @param features beyond Jackson's defaults
    public JsonLine(String name, StreamReadFeature... features) {
        JsonFactoryBuilder factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEPTH_MAX)
                        .maxStringLength(STRING_CHARACTERS_MAX)
                        .maxNumberLength(NUMBER_CHARACTERS_MAX)
                        .build());
        for (StreamReadFeature feature : features) {
            factory.enable(feature);
        }
        this.name = name;
        this.mapper = JsonMapper.builder(factory.build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /// @param line its number, from 1
    /// @throws IllegalArgumentException naming file, line and column if it is no JSON
    public JsonNode parse(String json, int line) {
        try {
            return mapper.readTree(json);
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String where = at == null ? "" : ", column " + at.getColumnNr();
            throw new IllegalArgumentException(
                    name + ": line " + line + where + ": invalid JSON: " + e.getOriginalMessage(), e);
        }
    }
}
