package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufValue;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.ModelFormatException;
import dev.lilla.model.family.ChatGlm3;
import dev.lilla.model.family.Family;
import dev.lilla.model.family.Gemma;
import dev.lilla.model.family.Llama;
import dev.lilla.model.family.Qwen;
import dev.lilla.tokenizer.SentencePiece;
import dev.lilla.tokenizer.TokenType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TokenizerFilesTest {
    @TempDir
    Path folder;

    @Nested
    class SentencePieceModel {
        @Test
        void leavesThePaddingAtTheEndOut() throws IOException {
            write(new Llama(), pieces(List.of("<unk>", "<s>", "a", "[PAD3]", "b", "[PAD5]"), 2, 3, 1, 5, 1, 5));
            assertThat(SentencePiece.read(folder.resolve("tokenizer.model")))
                    .extracting(SentencePiece::text)
                    .containsExactly("<unk>", "<s>", "a", "[PAD3]", "b");
        }

        @Test
        void writesTheSpacesOfUserDefinedPiecesAsPiecesHaveThem() throws IOException {
            write(new Gemma(), pieces(List.of("<unk>", "  "), 2, 4));
            assertThat(SentencePiece.read(folder.resolve("tokenizer.model")).getLast())
                    .isEqualTo(new SentencePiece("\u2581\u2581", -1, TokenType.USER_DEFINED));
            JsonNode config = JsonFiles.read(folder.resolve("tokenizer_config.json"));
            assertThat(config.get("tokenizer_class").asString()).isEqualTo("GemmaTokenizer");
            assertThat(config.get("added_tokens_decoder")
                            .get("1")
                            .get("special")
                            .asBoolean())
                    .isFalse();
        }

        @Test
        void stopsWhereTheCodeOfChatGlmGoesOn() throws IOException {
            write(new ChatGlm3(), pieces(List.of("<unk>", "a", "[MASK]", "sop"), 2, 1, 3, 3));
            assertThat(SentencePiece.read(folder.resolve("tokenizer.model"))).hasSize(2);
        }

        @Test
        void refusesScoresForOtherPieces() {
            Map<String, GgufValue> keys = pieces(List.of("a", "b"), 1, 1);
            keys.put("tokenizer.ggml.scores", GgufValue.of(new float[] {1}));
            assertThatThrownBy(() -> write(new Llama(), keys))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("2 pieces and 1 scores");
        }

        private static Map<String, GgufValue> pieces(List<String> tokens, int... types) {
            Map<String, GgufValue> keys = vocabulary("llama", tokens, types);
            float[] scores = new float[tokens.size()];
            for (int id = 0; id < scores.length; id++) {
                scores[id] = -id;
            }
            keys.put("tokenizer.ggml.scores", GgufValue.of(scores));
            return keys;
        }
    }

    @Nested
    class ByteLevelPairs {
        @Test
        void writesTokenizerJson() throws IOException {
            Map<String, GgufValue> keys =
                    vocabulary("gpt2", List.of("a", "b", "ab", "<|end|>", "[PAD4]"), 1, 1, 1, 3, 5);
            keys.put("tokenizer.ggml.pre", GgufValue.of("llama-bpe"));
            keys.put("tokenizer.ggml.merges", GgufValue.ofTexts(List.of("a b")));
            keys.put("tokenizer.ggml.bos_token_id", GgufValue.of(3L));
            keys.put("tokenizer.chat_template", GgufValue.of("{{ x }}"));
            write(new Llama(), keys);
            JsonNode json = JsonFiles.read(folder.resolve("tokenizer.json"));
            assertThat(json.get("model").get("vocab")).hasSize(3);
            assertThat(json.get("model").get("merges").get(0).asString()).isEqualTo("a b");
            assertThat(json.get("model").get("ignore_merges").asBoolean()).isTrue();
            assertThat(json.get("added_tokens").get(0).get("content").asString())
                    .isEqualTo("<|end|>");
            assertThat(json.get("post_processor").get("type").asString()).isEqualTo("TemplateProcessing");
            JsonNode config = JsonFiles.read(folder.resolve("tokenizer_config.json"));
            assertThat(config.get("bos_token").asString()).isEqualTo("<|end|>");
            assertThat(config.get("chat_template").asString()).isEqualTo("{{ x }}");
        }

        @Test
        void writesRanksForQwen() throws IOException {
            write(new Qwen(), vocabulary("gpt2", List.of("a", "\u0120a", "<|endoftext|>"), 1, 1, 3));
            assertThat(folder.resolve("qwen.tiktoken")).hasContent("YQ== 0\nIGE= 1\n");
        }
    }

    @Test
    void writesNothingForAModelWithoutTokenizer() throws IOException {
        write(new Llama(), new LinkedHashMap<>());
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    private static Map<String, GgufValue> vocabulary(String model, List<String> tokens, int... types) {
        Map<String, GgufValue> keys = new LinkedHashMap<>();
        keys.put("tokenizer.ggml.model", GgufValue.of(model));
        keys.put("tokenizer.ggml.tokens", GgufValue.ofTexts(tokens));
        keys.put("tokenizer.ggml.token_type", GgufValue.of(types));
        return keys;
    }

    private void write(Family family, Map<String, GgufValue> keys) throws IOException {
        TokenizerFiles.of(GgufMetadata.of("model.gguf", keys), family).write(folder);
    }
}
