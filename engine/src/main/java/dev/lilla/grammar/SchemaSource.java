package dev.lilla.grammar;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The text of a schema as JSON, and what references in it point to.
final class SchemaSource {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(GrammarLimits.SOURCE_CHARACTERS_MAX)
                            .maxNestingDepth(GrammarLimits.SCHEMA_DEPTH_MAX)
                            .maxNumberLength(100)
                            .maxStringLength(1 << 18)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private SchemaSource() {}

    static JsonNode parse(String schema) {
        GrammarLimits.checkSource("JSON schema", schema);
        try {
            JsonNode document = MAPPER.readTree(schema);
            if (document.isMissingNode()) {
                throw new GrammarException("JSON schema: it is empty");
            }
            return document;
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String where = at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new GrammarException("JSON schema" + where + ": invalid JSON: " + e.getOriginalMessage(), e);
        }
    }

    /// What a reference such as `#/$defs/item` points to.
    static JsonNode resolve(JsonNode document, String reference, String pointer) {
        if (!reference.startsWith("#") || (reference.length() > 1 && reference.charAt(1) != '/')) {
            throw SchemaKeywords.error(
                    pointer,
                    "the reference \"" + reference
                            + "\" leads out of the schema or to an anchor; only pointers such as "
                            + "\"#/$defs/item\" are supported");
        }
        JsonNode target;
        try {
            target = document.at(JsonPointer.compile(
                    URLDecoder.decode(reference.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException e) {
            throw SchemaKeywords.error(pointer, "\"" + reference + "\" is no pointer: " + e.getMessage());
        }
        if (target.isMissingNode()) {
            throw SchemaKeywords.error(pointer, "the reference \"" + reference + "\" points to nothing");
        }
        return target;
    }
}
