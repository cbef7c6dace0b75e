package dev.lilla.optimize;

import dev.lilla.tokenizer.BytePairs;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/// A tokenizer.json, and what llama.cpp calls its parts.
record TokenizerJson(Path file, JsonNode root) {
    BytePairs bytePairs() {
        return BytePairs.ofTokenizerJson(root, file.toString());
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
}
