package dev.lilla.optimize;

import dev.lilla.format.GgufValue;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.ModelFormatException;
import dev.lilla.model.family.ChatGlm3;
import dev.lilla.model.family.Falcon;
import dev.lilla.model.family.Family;
import dev.lilla.model.family.Geb;
import dev.lilla.model.family.Gemma;
import dev.lilla.model.family.Gemma2;
import dev.lilla.model.family.Gemma3;
import dev.lilla.model.family.Llama;
import dev.lilla.model.family.Mistral;
import dev.lilla.model.family.Phi3;
import dev.lilla.model.family.Qwen;
import dev.lilla.model.family.Qwen2;
import dev.lilla.model.family.Qwen3;
import dev.lilla.model.family.SmolLm3;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// All GGUF keys of the tokenizer in a Hugging Face directory.
final class TokenizerKeys {
    private static final String SENTENCE_PIECE = "tokenizer.model";
    private static final String ADD_BOS = "tokenizer.ggml.add_bos_token";
    private static final String ADD_SPACE_PREFIX = "tokenizer.ggml.add_space_prefix";
    private static final int GEMMA_END_OF_TURN = 107;

    /// Llamas with a vocabulary of this size, Granite's and SmolLM's, add no beginning token.
    private static final int GRANITE_VOCAB = 49_152;

    private TokenizerKeys() {}

    /// @param architecture `general.architecture` of the GGUF
    /// @param vocab rows of the embedding table
    static Map<String, GgufValue> of(HuggingFaceDirectory directory, Family family, String architecture, int vocab) {
        Vocabulary vocabulary = vocabulary(directory, family, architecture, vocab);
        Map<String, GgufValue> keys = new LinkedHashMap<>(vocabulary.keys());
        keys.putAll(SpecialTokenKeys.of(directory, vocab));
        switch (family) {
            case Gemma _ -> {
                if (vocab > GEMMA_END_OF_TURN) {
                    keys.put(SpecialTokenKeys.id("eot"), GgufValue.of(GEMMA_END_OF_TURN));
                }
                keys.put(ADD_SPACE_PREFIX, GgufValue.of(false));
            }
            case Gemma2 _, Gemma3 _ -> keys.put(ADD_SPACE_PREFIX, GgufValue.of(false));
            case ChatGlm3 _ -> keys.put(ADD_BOS, GgufValue.of(false));
            case Geb _ -> putGeb(keys);
            case Qwen _ -> putQwen(keys, vocabulary);
            case Llama _, Mistral _, SmolLm3 _ -> putLlama(directory, keys, vocab);
            case Falcon _, Phi3 _, Qwen2 _, Qwen3 _ -> {}
        }
        return keys;
    }

    private static void putLlama(HuggingFaceDirectory directory, Map<String, GgufValue> keys, int vocab) {
        JsonNode flag = directory
                .json("tokenizer_config.json")
                .map(config -> config.path("add_prefix_space"))
                .orElse(null);
        if (flag != null && flag.isBoolean()) {
            keys.put(ADD_SPACE_PREFIX, GgufValue.of(flag.asBoolean()));
        }
        if (vocab == GRANITE_VOCAB) {
            keys.put(ADD_BOS, GgufValue.of(false));
        }
    }

    /// GEB adds no prefix; its ids are those of the SentencePiece model.
    private static void putGeb(Map<String, GgufValue> keys) {
        keys.putIfAbsent(SpecialTokenKeys.id("bos"), GgufValue.of(1L));
        keys.putIfAbsent(SpecialTokenKeys.id("eos"), GgufValue.of(2L));
        keys.putIfAbsent(ADD_BOS, GgufValue.of(false));
        keys.putIfAbsent("tokenizer.ggml.add_eos_token", GgufValue.of(false));
        keys.put(ADD_SPACE_PREFIX, GgufValue.of(true));
    }

    private static void putQwen(Map<String, GgufValue> keys, Vocabulary vocabulary) {
        int end = vocabulary.tokens().indexOf(TiktokenVocabulary.END_OF_TEXT);
        if (end >= 0) {
            if (keys.keySet().stream().noneMatch(key -> key.endsWith("_token_id"))) {
                keys.put(SpecialTokenKeys.id("bos"), GgufValue.of((long) end));
                keys.put(SpecialTokenKeys.id("eos"), GgufValue.of((long) end));
            }
            keys.putIfAbsent(SpecialTokenKeys.id("unknown"), GgufValue.of((long) end));
        }
    }

    private static Vocabulary vocabulary(
            HuggingFaceDirectory directory, Family family, String architecture, int vocab) {
        Optional<Path> pieces = directory.file(SENTENCE_PIECE);
        return switch (family) {
            case Qwen _ ->
                directory
                        .file("qwen.tiktoken")
                        .map(file -> TiktokenVocabulary.of(file, vocab))
                        .orElseGet(() -> BytePairVocabulary.of(directory, architecture, vocab));
            case ChatGlm3 _ -> SentencePieceVocabulary.ofChatGlm3(required(directory, pieces), vocab);
            case Geb _ ->
                SentencePieceVocabulary.of(
                        directory,
                        required(directory, directory.file("GEBtokenizer.model").or(() -> pieces)),
                        vocab);
            case Phi3 _ ->
                pieces.map(file -> SentencePieceVocabulary.ofPhi3(directory, file, vocab))
                        .orElseGet(() -> withoutPieces(directory, architecture, vocab));
            case Llama _, Mistral _, Gemma _, Gemma2 _, Gemma3 _, Qwen2 _, Qwen3 _, SmolLm3 _, Falcon _ ->
                pieces.map(file -> SentencePieceVocabulary.of(directory, file, vocab))
                        .orElseGet(() -> withoutPieces(directory, architecture, vocab));
        };
    }

    private static Vocabulary withoutPieces(HuggingFaceDirectory directory, String architecture, int vocab) {
        Optional<JsonNode> json = directory.json("tokenizer.json");
        boolean hasByteFallback = json.isPresent()
                && new TokenizerJson(directory.path().resolve("tokenizer.json"), json.get()).hasByteFallback();
        return hasByteFallback
                ? SentencePieceVocabulary.ofTokenizerJson(directory, json.get(), vocab)
                : BytePairVocabulary.of(directory, architecture, vocab);
    }

    private static Path required(HuggingFaceDirectory directory, Optional<Path> file) {
        return file.orElseThrow(() -> new ModelFormatException(directory.path()
                + ": holds no SentencePiece model (tokenizer.model), which this family's tokenizer needs."
                + " Download the checkpoint again."));
    }
}
