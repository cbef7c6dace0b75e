package dev.lilla.optimize;

import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.ModelFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Tokens that the files of a directory add to a vocabulary, or mark in it.
final class AddedTokens {
    private static final Set<String> SPECIAL_BY_NAME = Set.of("<pad>", "<mask>", "<2mass>", "[@BOS@]");

    private AddedTokens() {}

    record AddedToken(int id, String content, boolean isSpecial) {}

    /// `added_tokens_decoder` of tokenizer_config.json: an object by id.
    static List<AddedToken> ofTokenizerConfig(HuggingFaceDirectory directory) {
        List<AddedToken> tokens = new ArrayList<>();
        directory.json("tokenizer_config.json").ifPresent(config -> {
            for (Map.Entry<String, JsonNode> entry :
                    config.path("added_tokens_decoder").properties()) {
                int id = number(directory, entry.getKey());
                tokens.add(token(directory, "tokenizer_config.json", id, entry.getValue()));
            }
        });
        return tokens;
    }

    /// `added_tokens` of tokenizer.json: a list.
    static List<AddedToken> ofTokenizerJson(HuggingFaceDirectory directory) {
        List<AddedToken> tokens = new ArrayList<>();
        directory.json("tokenizer.json").ifPresent(json -> {
            for (JsonNode node : json.path("added_tokens")) {
                int id = node.path("id").asInt(-1);
                tokens.add(token(directory, "tokenizer.json", id, node));
            }
        });
        return tokens;
    }

    /// added_tokens.json: ids by token.
    static List<AddedToken> ofAddedTokensFile(HuggingFaceDirectory directory) {
        List<AddedToken> tokens = new ArrayList<>();
        directory.json("added_tokens.json").ifPresent(json -> {
            for (Map.Entry<String, JsonNode> entry : json.properties()) {
                tokens.add(new AddedToken(entry.getValue().asInt(-1), entry.getKey(), false));
            }
        });
        return tokens;
    }

    /// Whether a token is one for control by its looks, where its model forgot to say so.
    static boolean looksSpecial(String token) {
        return SPECIAL_BY_NAME.contains(token)
                || (token.startsWith("<|") && token.endsWith("|>"))
                || (token.startsWith("<\uFF5C") && token.endsWith("\uFF5C>"))
                || (token.startsWith("<unused") && token.endsWith(">"));
    }

    private static AddedToken token(HuggingFaceDirectory directory, String file, int id, JsonNode node) {
        JsonNode content = node.path("content");
        if (!content.isString() || id < 0) {
            throw new ModelFormatException(directory.path().resolve(file) + ": the added token " + id
                    + " has no content or no id, expected both. Download the file again.");
        }
        return new AddedToken(id, content.asString(), node.path("special").asBoolean(false));
    }

    private static int number(HuggingFaceDirectory directory, String key) {
        try {
            return Integer.parseInt(key);
        } catch (NumberFormatException e) {
            throw new ModelFormatException(directory.path().resolve("tokenizer_config.json")
                    + ": added_tokens_decoder has the key " + key + ", expected an id. Download the file again.");
        }
    }
}
