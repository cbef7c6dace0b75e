package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class TokenizerJsonTest {
    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "llama-bpe", "tekken", "gpt-4o", "falcon", "smollm", "gpt-2"})
    void knowsTheSplittersThatItWrites(String pre) {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.set("pre_tokenizer", Splitters.of(pre));
        assertThat(json(root).pre("llama")).isEqualTo(pre);
    }

    @Test
    void fallsBackToTheArchitecture() {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.putObject("pre_tokenizer").put("type", "ByteLevel");
        assertThat(json(root).pre("qwen2")).isEqualTo("qwen2");
        assertThat(json(root).pre("llama")).isEqualTo("gpt-2");
    }

    @Test
    void tellsPiecesWithByteFallbackFromByteLevelOnes() {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        assertThat(json(root).hasByteFallback()).isFalse();
        root.putObject("model").put("byte_fallback", true);
        assertThat(json(root).hasByteFallback()).isTrue();
    }

    private static TokenizerJson json(ObjectNode root) {
        return new TokenizerJson(Path.of("tokenizer.json"), root);
    }
}
