package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.JsonFiles;
import dev.lilla.format.ModelFormatException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What fuzzing found, and must not come back.
class FuzzFindingsTest {
    private static Tokenizer read(String json) {
        return TokenizerJson.read(JsonFiles.parse(json, "x.json"), "x.json", TokenizerConfig.of(Map.of()));
    }

    @Test
    void templatesMayNotAddIdsBeyondTheVocabulary() {
        String json = """
                {"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"b"}}],
                  "special_tokens":{"b":{"ids":[5]}}},
                 "model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":[]}}
                """;
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll("x.json", "post_processor", "id 5", "2 tokens");
    }
}
