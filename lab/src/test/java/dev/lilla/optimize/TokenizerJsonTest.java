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
    void readsMergesInBothForms() {
        ObjectNode texts = JsonMapper.shared().createObjectNode();
        texts.putObject("model").putArray("merges").add("a b").add("ab c");
        assertThat(json(texts).merges()).containsExactly("a b", "ab c");
        ObjectNode pairs = JsonMapper.shared().createObjectNode();
        var merges = pairs.putObject("model").putArray("merges");
        merges.addArray().add("a b").add("c");
        assertThat(json(pairs).merges()).containsExactly("a\u0120b c");
    }

    @Test
    void ranksPiecesByTheirFirstMerge() {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.putObject("model").putArray("merges").add("a b").add("ab c").add("a bc");
        assertThat(json(root).mergeRanks()).containsEntry("ab", 0).containsEntry("abc", 1);
    }

    private static TokenizerJson json(ObjectNode root) {
        return new TokenizerJson(Path.of("tokenizer.json"), root);
    }
}
