package dev.lilla.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// The different words of a corpus as symbols, merged in place, with how often each occurs. Belongs to one thread.
final class TrainingWords {
    private final int[][] symbols;
    private final int[] lengths;
    private final long[] counts;
    private final long[] written;

    private TrainingWords(int size) {
        symbols = new int[size][];
        lengths = new int[size];
        counts = new long[size];
        written = new long[size];
    }

    /// @param byteIds the symbol of each byte
    static TrainingWords of(Map<String, WordCounts.Count> words, int[] byteIds) {
        List<Map.Entry<String, WordCounts.Count>> entries = List.copyOf(words.entrySet());
        TrainingWords result = new TrainingWords(entries.size());
        for (int word = 0; word < entries.size(); word++) {
            byte[] bytes = entries.get(word).getKey().getBytes(StandardCharsets.UTF_8);
            int[] ids = new int[bytes.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = byteIds[bytes[i] & 0xFF];
            }
            result.symbols[word] = ids;
            result.lengths[word] = ids.length;
            result.counts[word] = entries.get(word).getValue().all();
            result.written[word] = entries.get(word).getValue().written();
        }
        return result;
    }

    int size() {
        return symbols.length;
    }

    /// Symbols that are left of a word.
    int length(int word) {
        return lengths[word];
    }

    int symbol(int word, int at) {
        return symbols[word][at];
    }

    /// Occurrences of a word.
    long count(int word) {
        return counts[word];
    }

    /// Occurrences in texts that a model learns to write.
    long written(int word) {
        return written[word];
    }

    boolean pairAt(int word, int at, int left, int right) {
        return at + 1 < lengths[word] && symbols[word][at] == left && symbols[word][at + 1] == right;
    }

    /// Pairs of the word that merge, from the left, none overlapping.
    int pairs(int word, int left, int right) {
        int found = 0;
        int at = 0;
        while (at + 1 < lengths[word]) {
            boolean pair = pairAt(word, at, left, right);
            found += pair ? 1 : 0;
            at += pair ? 2 : 1;
        }
        return found;
    }

    /// Replaces each pair, from the left.
    void merge(int word, int left, int right, int merged) {
        int[] ids = symbols[word];
        int to = 0;
        int at = 0;
        while (at < lengths[word]) {
            boolean pair = pairAt(word, at, left, right);
            ids[to++] = pair ? merged : ids[at];
            at += pair ? 2 : 1;
        }
        lengths[word] = to;
    }
}
