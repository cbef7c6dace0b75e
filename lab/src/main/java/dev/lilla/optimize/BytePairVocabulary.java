package dev.lilla.optimize;

import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.optimize.AddedTokens.AddedToken;
import dev.lilla.tokenizer.BytePairs;
import dev.lilla.tokenizer.Merge;
import dev.lilla.tokenizer.TokenType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The vocabulary of a directory with byte-level BPE: tokenizer.json, or vocab.json and merges.txt.
final class BytePairVocabulary {
    private BytePairVocabulary() {}

    static Vocabulary of(HuggingFaceDirectory directory, String architecture, int size) {
        Optional<TokenizerJson> tokenizer = directory
                .json("tokenizer.json")
                .map(json -> new TokenizerJson(directory.path().resolve("tokenizer.json"), json));
        BytePairs pairs = tokenizer.map(TokenizerJson::bytePairs).orElseGet(() -> files(directory));
        Vocabulary.Builder builder = new Vocabulary.Builder(size);
        for (int id = 0; id < pairs.tokens().size(); id++) {
            String token = pairs.tokens().get(id);
            if (!token.isEmpty()) {
                builder.put(id, token, TokenType.NORMAL, 0);
            }
        }
        Map<Integer, AddedToken> added = new LinkedHashMap<>();
        AddedTokens.ofAddedTokensFile(directory).forEach(token -> added.put(token.id(), token));
        AddedTokens.ofTokenizerJson(directory).forEach(token -> added.put(token.id(), token));
        AddedTokens.ofTokenizerConfig(directory).forEach(token -> added.put(token.id(), token));
        added.values().forEach(token -> put(builder, token));
        return builder.bytePairs(
                tokenizer.map(json -> json.pre(architecture)).orElse(defaultPre(architecture)),
                pairs.merges().stream().map(BytePairVocabulary::line).toList());
    }

    /// `left right`. Spaces within a part are written as byte-level BPE writes them.
    private static String line(Merge merge) {
        return merge.left().replace(' ', '\u0120') + " " + merge.right().replace(' ', '\u0120');
    }

    private static void put(Vocabulary.Builder builder, AddedToken token) {
        boolean isControl = token.isSpecial() || AddedTokens.looksSpecial(token.content());
        String content = isControl ? token.content() : token.content().replace('\u2581', ' ');
        builder.put(token.id(), content, isControl ? TokenType.CONTROL : TokenType.USER_DEFINED, 0);
    }

    private static BytePairs files(HuggingFaceDirectory directory) {
        if (directory.file("vocab.json").isEmpty()) {
            throw new IllegalArgumentException(directory.path()
                    + ": holds no tokenizer that can be converted. Expected tokenizer.json, tokenizer.model,"
                    + " vocab.json or a .tiktoken file. Download the checkpoint again.");
        }
        return BytePairs.ofFiles(directory);
    }

    private static String defaultPre(String architecture) {
        return architecture.startsWith("qwen") ? "qwen2" : architecture.equals("falcon") ? "falcon" : "gpt-2";
    }
}
