package dev.lilla.optimize;

import dev.lilla.format.GgufValue;
import dev.lilla.tokenizer.TokenType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The pieces of a tokenizer as GGUF stores them; the lists have one entry an id.
///
/// @param model `llama` for SentencePiece, `gpt2` for byte-level BPE
/// @param pre how text is split before merging
/// @param scores of SentencePiece pieces, else empty
/// @param merges of byte-level BPE, `left right`, by rank, else empty
record Vocabulary(
        String model, String pre, List<String> tokens, List<TokenType> types, List<Float> scores, List<String> merges) {
    Vocabulary {
        tokens = List.copyOf(tokens);
        types = List.copyOf(types);
        scores = List.copyOf(scores);
        merges = List.copyOf(merges);
    }

    Map<String, GgufValue> keys() {
        Map<String, GgufValue> keys = new LinkedHashMap<>();
        keys.put("tokenizer.ggml.model", GgufValue.of(model));
        keys.put("tokenizer.ggml.pre", GgufValue.of(pre));
        keys.put("tokenizer.ggml.tokens", GgufValue.ofTexts(tokens));
        if (!scores.isEmpty()) {
            float[] values = new float[scores.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = scores.get(i);
            }
            keys.put("tokenizer.ggml.scores", GgufValue.of(values));
        }
        keys.put(
                "tokenizer.ggml.token_type",
                GgufValue.of(types.stream().mapToInt(TokenType::number).toArray()));
        if (!merges.isEmpty()) {
            keys.put("tokenizer.ggml.merges", GgufValue.ofTexts(merges));
        }
        return keys;
    }

    /// Collects pieces by id; ids that nothing claims are padding.
    static final class Builder {
        private static final float PADDING_SCORE = -10_000;

        private final List<Optional<Entry>> entries = new ArrayList<>();

        private record Entry(String token, TokenType type, float score) {}

        /// @param size rows of the embedding table
        Builder(int size) {
            for (int id = 0; id < size; id++) {
                entries.add(Optional.empty());
            }
        }

        int size() {
            return entries.size();
        }

        boolean has(int id) {
            return entries.get(id).isPresent();
        }

        /// Sets the piece of an id; ids beyond the embedding table are left out.
        void put(int id, String token, TokenType type, float score) {
            if (id >= 0 && id < entries.size()) {
                entries.set(id, Optional.of(new Entry(token, type, score)));
            }
        }

        Vocabulary sentencePiece(String pre) {
            return build("llama", pre, entries.stream().map(this::score).toList(), List.of());
        }

        Vocabulary bytePairs(String pre, List<String> merges) {
            return build("gpt2", pre, List.of(), merges);
        }

        private float score(Optional<Entry> entry) {
            return entry.map(Entry::score).orElse(PADDING_SCORE);
        }

        private Vocabulary build(String model, String pre, List<Float> scores, List<String> merges) {
            List<String> tokens = new ArrayList<>();
            List<TokenType> types = new ArrayList<>();
            for (int id = 0; id < entries.size(); id++) {
                tokens.add(entries.get(id).map(Entry::token).orElse("[PAD" + id + "]"));
                types.add(entries.get(id).map(Entry::type).orElse(TokenType.UNUSED));
            }
            return new Vocabulary(model, pre, tokens, types, scores, merges);
        }
    }
}
