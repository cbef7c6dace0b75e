package dev.lilla.optimize;

import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.ModelFormatException;
import dev.lilla.optimize.AddedTokens.AddedToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The vocabulary of a directory with byte-level BPE: tokenizer.json, or vocab.json and merges.txt.
final class BytePairVocabulary {
    private BytePairVocabulary() {}

    static Vocabulary of(HuggingFaceDirectory directory, String architecture, int size) {
        Optional<TokenizerJson> tokenizer = directory
                .json("tokenizer.json")
                .map(json -> new TokenizerJson(directory.path().resolve("tokenizer.json"), json));
        Vocabulary.Builder builder = new Vocabulary.Builder(size);
        tokenizer
                .map(TokenizerJson::vocabulary)
                .orElseGet(() -> vocabularyFile(directory))
                .forEach((token, id) -> builder.put(id, token, TokenType.NORMAL, 0));
        Map<Integer, AddedToken> added = new LinkedHashMap<>();
        AddedTokens.ofAddedTokensFile(directory).forEach(token -> added.put(token.id(), token));
        AddedTokens.ofTokenizerJson(directory).forEach(token -> added.put(token.id(), token));
        AddedTokens.ofTokenizerConfig(directory).forEach(token -> added.put(token.id(), token));
        added.values().forEach(token -> put(builder, token));
        List<String> merges = tokenizer.map(TokenizerJson::merges).orElse(List.of());
        return builder.bytePairs(
                tokenizer.map(json -> json.pre(architecture)).orElse(defaultPre(architecture)),
                merges.isEmpty() ? mergesFile(directory) : merges);
    }

    private static void put(Vocabulary.Builder builder, AddedToken token) {
        boolean isControl = token.isSpecial() || AddedTokens.looksSpecial(token.content());
        String content = isControl ? token.content() : token.content().replace('\u2581', ' ');
        builder.put(token.id(), content, isControl ? TokenType.CONTROL : TokenType.USER_DEFINED, 0);
    }

    private static Map<String, Integer> vocabularyFile(HuggingFaceDirectory directory) {
        JsonNode json = directory
                .json("vocab.json")
                .orElseThrow(() -> new IllegalArgumentException(directory.path()
                        + ": holds no tokenizer that can be converted. Expected tokenizer.json, tokenizer.model,"
                        + " vocab.json or a .tiktoken file. Download the checkpoint again."));
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            ids.put(entry.getKey(), entry.getValue().asInt(-1));
        }
        return ids;
    }

    /// Lines `left right`; the first may be a comment.
    private static List<String> mergesFile(HuggingFaceDirectory directory) {
        Path file = directory.path().resolve("merges.txt");
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        List<String> merges = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                boolean isComment = merges.isEmpty() && line.startsWith("#version");
                if (!isComment && !line.isBlank()) {
                    merges.add(line.strip());
                }
            }
        } catch (java.nio.charset.CharacterCodingException e) {
            throw new ModelFormatException(file + ": is no UTF-8 text. Download it again.");
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
        }
        return merges;
    }

    private static String defaultPre(String architecture) {
        return architecture.startsWith("qwen") ? "qwen2" : architecture.equals("falcon") ? "falcon" : "gpt-2";
    }
}
