package dev.lilla.optimize;

import dev.lilla.format.ModelFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The vocabulary of Qwen v1: a file of byte strings by rank, from which the merges of BPE follow.
///
/// Source: `QwenModel` in `convert_hf_to_gguf.py`; the special tokens are those of `tokenization_qwen.py`.
final class TiktokenVocabulary {
    static final String END_OF_TEXT = "<|endoftext|>";

    private static final int EXTRA_TOKENS = 205;

    private TiktokenVocabulary() {}

    static Vocabulary of(Path file, int size) {
        Map<String, Integer> ranks = read(file);
        Vocabulary.Builder builder = new Vocabulary.Builder(size);
        List<String> merges = new ArrayList<>();
        ranks.forEach((token, rank) -> {
            builder.put(rank, ByteText.of(token), TokenType.NORMAL, 0);
            if (token.length() > 1) {
                List<String> parts = parts(ranks, token, rank);
                if (parts.size() != 2) {
                    throw new ModelFormatException(file + ": the token of rank " + rank + " is made of " + parts.size()
                            + " earlier ones, expected two. Download it again.");
                }
                merges.add(ByteText.of(parts.getFirst()) + " " + ByteText.of(parts.getLast()));
            }
        });
        List<String> specials = specials();
        for (int i = 0; i < specials.size(); i++) {
            builder.put(ranks.size() + i, specials.get(i), TokenType.CONTROL, 0);
        }
        return builder.bytePairs("qwen2", merges);
    }

    private static List<String> specials() {
        List<String> specials = new ArrayList<>(List.of(END_OF_TEXT, "<|im_start|>", "<|im_end|>"));
        for (int i = 0; i < EXTRA_TOKENS; i++) {
            specials.add("<|extra_" + i + "|>");
        }
        return specials;
    }

    /// Ranks by token, a char a byte, in the order of the file.
    private static Map<String, Integer> read(Path file) {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                if (line.isBlank()) {
                    continue;
                }
                int space = line.indexOf(' ');
                byte[] token = Base64.getDecoder().decode(line.substring(0, Math.max(space, 0)));
                int rank = Integer.parseInt(line.substring(space + 1).strip());
                ranks.put(new String(token, StandardCharsets.ISO_8859_1), rank);
            }
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(file + ": line " + (ranks.size() + 1)
                    + " is no token in base 64 with a rank behind it. Download it again.");
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
        }
        return ranks;
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
