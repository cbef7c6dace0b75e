package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.GgufValue;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.ModelFormatException;
import dev.lilla.model.family.ChatGlm3;
import dev.lilla.model.family.Family;
import dev.lilla.model.family.Llama;
import dev.lilla.model.family.Qwen;
import dev.lilla.model.family.Qwen2;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerKeysTest {
    @TempDir
    Path folder;

    @BeforeEach
    void config() {
        file("config.json", "{\"eos_token_id\": 1, \"pad_token_id\": [7]}");
    }

    @Nested
    class ByteLevelPairs {
        @Test
        void readsVocabularyAndMergesFiles() {
            file("vocab.json", "{\"a\": 0, \"b\": 1, \"ab\": 2}");
            file("merges.txt", "#version: 0.2\na b\n\n");
            file("added_tokens.json", "{\"<|end|>\": 3}");
            Map<String, GgufValue> keys = keys(new Qwen2(), "qwen2", 5);
            assertThat(keys)
                    .containsEntry("tokenizer.ggml.model", GgufValue.of("gpt2"))
                    .containsEntry("tokenizer.ggml.pre", GgufValue.of("qwen2"))
                    .containsEntry("tokenizer.ggml.merges", GgufValue.ofTexts(List.of("a b")))
                    .containsEntry("tokenizer.ggml.token_type", GgufValue.of(new int[] {1, 1, 1, 3, 5}))
                    .containsEntry(
                            "tokenizer.ggml.tokens", GgufValue.ofTexts(List.of("a", "b", "ab", "<|end|>", "[PAD4]")));
        }

        @Test
        void saysWhatIsMissing() {
            assertThatThrownBy(() -> keys(new Qwen2(), "qwen2", 5))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("tokenizer.json");
        }

        @Test
        void scoresPiecesWithByteFallbackByTheRankOfTheirMerge() {
            file("tokenizer.json", """
                    {"model": {"type": "BPE", "byte_fallback": true,
                     "vocab": {"<0x00>": 0, "a": 1, "b": 2, "ab": 3, "aab": 4},
                     "merges": ["a b", "a ab"]},
                     "added_tokens": [{"id": 5, "content": "<s>", "special": true}]}""");
            Map<String, GgufValue> keys = keys(new Llama(), "llama", 6);
            assertThat(keys)
                    .containsEntry("tokenizer.ggml.model", GgufValue.of("llama"))
                    .containsEntry("tokenizer.ggml.scores", GgufValue.of(new float[] {0, -3, -4, 0, -1, -1000}))
                    .containsEntry("tokenizer.ggml.token_type", GgufValue.of(new int[] {6, 1, 1, 1, 1, 3}));
        }
    }

    @Nested
    class Ranks {
        @Test
        void derivesMergesFromRanks() {
            file("qwen.tiktoken", "YQ== 0\nYg== 1\nYWI= 2\nYWFi 3\n");
            Map<String, GgufValue> keys = keys(new Qwen(), "qwen", 4);
            assertThat(keys).containsEntry("tokenizer.ggml.merges", GgufValue.ofTexts(List.of("a b", "a ab")));
        }

        @Test
        void refusesATokenThatNoMergeMakes() {
            file("qwen.tiktoken", "YQ== 0\nYg== 1\nYWJh 2\n");
            assertThatThrownBy(() -> keys(new Qwen(), "qwen", 4))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("rank 2");
        }

        @Test
        void refusesALineThatIsNoToken() {
            file("qwen.tiktoken", "YQ== 0\nnonsense\n");
            assertThatThrownBy(() -> keys(new Qwen(), "qwen", 4))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("line 2");
        }
    }

    @Nested
    class SpecialTokens {
        @BeforeEach
        void vocabulary() {
            file("tokenizer.json", """
                    {"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "pre_tokenizer": {"type": "ByteLevel"},
                     "added_tokens": [{"id": 1, "content": "<e>", "special": true},
                                      {"id": 2, "content": "<s>", "special": true}]}""");
        }

        @Test
        void takesTheTokenizersWordBeforeTheModels() {
            file("tokenizer_config.json", """
                    {"bos_token": {"content": "<s>"}, "eos_token": "<s>", "add_bos_token": true}""");
            assertThat(keys(new Llama(), "llama", 3))
                    .containsEntry("tokenizer.ggml.bos_token_id", GgufValue.of(2L))
                    .containsEntry("tokenizer.ggml.eos_token_id", GgufValue.of(2L))
                    .containsEntry("tokenizer.ggml.add_bos_token", GgufValue.of(true))
                    .doesNotContainKeys("tokenizer.ggml.padding_token_id", "tokenizer.ggml.add_eos_token");
        }

        @Test
        void takesTheModelsWordWhereTheTokenizerIsSilent() {
            file("tokenizer_config.json", "{\"eos_token\": null}");
            assertThat(keys(new Llama(), "llama", 3)).containsEntry("tokenizer.ggml.eos_token_id", GgufValue.of(1L));
        }

        @Test
        void keepsNamedTemplates() {
            file("tokenizer_config.json", """
                    {"chat_template": [{"name": "default", "template": "D"}, {"name": "tool_use", "template": "T"}]}""");
            assertThat(keys(new Llama(), "llama", 3))
                    .containsEntry("tokenizer.chat_template", GgufValue.of("D"))
                    .containsEntry("tokenizer.chat_template.tool_use", GgufValue.of("T"))
                    .containsEntry("tokenizer.chat_templates", GgufValue.ofTexts(List.of("tool_use")));
        }

        @Test
        void findsTheTemplateInAFileOfItsOwn() {
            file("chat_template.jinja", "{{ messages }}");
            assertThat(keys(new Llama(), "llama", 3))
                    .containsEntry("tokenizer.chat_template", GgufValue.of("{{ messages }}"));
        }

        @Test
        void refusesAddedTokensWithoutContent() {
            file("tokenizer_config.json", "{\"added_tokens_decoder\": {\"3\": {\"special\": true}}}");
            assertThatThrownBy(() -> keys(new Llama(), "llama", 4))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("tokenizer_config.json");
        }
    }

    @Test
    void needsThePiecesOfChatGlm() {
        assertThatThrownBy(() -> keys(new ChatGlm3(), "chatglm", 3))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("tokenizer.model");
    }

    private Map<String, GgufValue> keys(Family family, String architecture, int vocab) {
        return TokenizerKeys.of(HuggingFaceDirectory.open(folder), family, architecture, vocab);
    }

    private void file(String name, String content) {
        try {
            Files.writeString(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
