package dev.lilla.optimize;

import dev.lilla.format.ModelFormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The model in a tokenizer.json: pieces and merges.
record TokenizerJson(Path file, JsonNode root) {
    /// Ids by piece.
    Map<String, Integer> vocabulary() {
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry :
                root.path("model").path("vocab").properties()) {
            ids.put(entry.getKey(), entry.getValue().asInt(-1));
        }
        return ids;
    }

    /// `left right`, by rank. Spaces within a part are written as byte-level BPE writes them.
    List<String> merges() {
        List<String> merges = new ArrayList<>();
        for (JsonNode merge : root.path("model").path("merges")) {
            merges.add(merge.isString() ? merge.asString() : joined(merge));
        }
        return merges;
    }

    /// The rank of the first merge that makes a piece, by piece.
    Map<String, Integer> mergeRanks() {
        Map<String, Integer> ranks = new HashMap<>();
        for (JsonNode merge : root.path("model").path("merges")) {
            String piece = merge.isString()
                    ? merge.asString().replace(" ", "")
                    : merge.path(0).asString() + merge.path(1).asString();
            ranks.putIfAbsent(piece, ranks.size());
        }
        return ranks;
    }

    boolean hasByteFallback() {
        return root.path("model").path("byte_fallback").asBoolean(false);
    }

    /// The name that llama.cpp has for the way text is split, by the patterns in use.
    ///
    /// @param architecture decides where the patterns do not
    String pre(String architecture) {
        String splitter = root.path("pre_tokenizer").toString();
        if (splitter.contains("\\\\p{Lt}\\\\p{Lm}")) {
            return splitter.contains("(?i:") ? "gpt-4o" : "tekken";
        }
        if (splitter.contains("[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+")) {
            return splitter.contains("\\\\p{N}{1,3}") ? "llama-bpe" : "qwen2";
        }
        if (splitter.contains("[0-9][0-9][0-9]")) {
            return "falcon";
        }
        if (splitter.contains("\"Digits\"")) {
            return "smollm";
        }
        return switch (architecture) {
            case "qwen2", "qwen3", "qwen" -> "qwen2";
            default -> "gpt-2";
        };
    }

    private String joined(JsonNode merge) {
        if (!merge.isArray() || merge.size() != 2) {
            throw new ModelFormatException(
                    file + ": a merge is " + merge + ", expected two pieces. Download the file again.");
        }
        return merge.get(0).asString().replace(' ', '\u0120') + " "
                + merge.get(1).asString().replace(' ', '\u0120');
    }
}
