package dev.lilla.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Byte-pair encoding over the UTF-8 bytes of a piece (GPT-2, Llama 3, Qwen, Falcon, tiktoken).
final class ByteLevelBpe implements PieceEncoder {
    /// Whether pieces come as text, or already written in the [ByteAlphabet].
    enum Input {
        TEXT,
        ALPHABET
    }

    private final BytePairEncoding merges;
    private final int[] byteIds;
    private final Map<String, Integer> wholePieces;
    private final Input input;
    private final WordCache cache = new WordCache();

    /// @param byteIds the id of each single byte, -1 for one the vocabulary lacks: such bytes are dropped, as
    ///     Hugging Face tokenizers does without an unknown token
    /// @param wholePieces pieces looked up before merging (`ignore_merges`, tiktoken), by their alphabet form;
    ///     empty for none
    ByteLevelBpe(PairTable pairs, int[] byteIds, Map<String, Integer> wholePieces, Input input) {
        this.merges = new BytePairEncoding(pairs);
        this.byteIds = byteIds;
        this.wholePieces = wholePieces;
        this.input = input;
    }

    @Override
    public void encode(String text, int from, int to, IdBuffer out) {
        boolean cached = to - from <= WordCache.CHARACTERS_MAX;
        if (cached && cache.copy(text, from, to, out)) {
            return;
        }
        int start = out.size();
        String alphabet = input == Input.ALPHABET
                ? text.substring(from, to)
                : ByteAlphabet.write(text.substring(from, to).getBytes(StandardCharsets.UTF_8));
        Integer whole = wholePieces.isEmpty() ? null : wholePieces.get(alphabet);
        if (whole != null) {
            out.add(whole);
        } else {
            int[] symbols = new int[alphabet.length()];
            int count = 0;
            for (int i = 0; i < symbols.length; i++) {
                int b = ByteAlphabet.toByte(alphabet.charAt(i));
                if (b >= 0 && byteIds[b] >= 0) {
                    symbols[count++] = byteIds[b];
                }
            }
            out.addAll(symbols, merges.merge(symbols, count));
        }
        if (cached) {
            cache.put(text, from, to, out.tail(start));
        }
    }
}
