package dev.lilla.optimize;

import dev.lilla.format.ModelFormatException;
import dev.lilla.tokenizer.TiktokenFile;
import dev.lilla.tokenizer.TokenType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The vocabulary of Qwen v1: a file of byte strings by rank, from which the merges of BPE follow.
///
/// Source: `QwenModel` in `convert_hf_to_gguf.py`; the special tokens are those of `tokenization_qwen.py`.
final class TiktokenVocabulary {
    static final String END_OF_TEXT = TiktokenFile.qwenSpecialTokens().getFirst();

    private TiktokenVocabulary() {}

    static Vocabulary of(Path file, int size) {
        List<String> tokens = TiktokenFile.tokens(file);
        Map<String, Integer> ranks = new HashMap<>();
        tokens.forEach(token -> ranks.put(token, ranks.size()));
        Vocabulary.Builder builder = new Vocabulary.Builder(size);
        List<String> merges = new ArrayList<>();
        for (int rank = 0; rank < tokens.size(); rank++) {
            String token = tokens.get(rank);
            builder.put(rank, token, TokenType.NORMAL, 0);
            if (token.length() > 1) {
                List<String> parts = parts(ranks, token, rank);
                if (parts.size() != 2) {
                    throw new ModelFormatException(file + ": the token of rank " + rank + " is made of " + parts.size()
                            + " earlier ones, expected two. Download it again.");
                }
                merges.add(parts.getFirst() + " " + parts.getLast());
            }
        }
        List<String> specials = TiktokenFile.qwenSpecialTokens();
        for (int i = 0; i < specials.size(); i++) {
            builder.put(tokens.size() + i, specials.get(i), TokenType.CONTROL, 0);
        }
        return builder.bytePairs("qwen2", merges);
    }

    /// What BPE makes of a token with the merges of lower ranks alone.
    private static List<String> parts(Map<String, Integer> ranks, String token, int limit) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < token.length(); i++) {
            parts.add(token.substring(i, i + 1));
        }
        while (true) {
            int best = -1;
            int bestRank = limit;
            for (int i = 0; i + 1 < parts.size(); i++) {
                Integer rank = ranks.get(parts.get(i) + parts.get(i + 1));
                if (rank != null && rank < bestRank) {
                    best = i;
                    bestRank = rank;
                }
            }
            if (best < 0) {
                return parts;
            }
            parts.set(best, parts.get(best) + parts.remove(best + 1));
        }
    }
}
