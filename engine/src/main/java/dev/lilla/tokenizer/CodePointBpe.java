package dev.lilla.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Byte-pair encoding over code points (SentencePiece BPE; Llama 2, Mistral, Gemma, ChatGLM3).
///
/// A symbol that is no token after merging becomes its UTF-8 bytes as `<0xXX>` tokens, or the unknown token.
final class CodePointBpe implements PieceEncoder {
    private static final char SPACE_SIGN = '\u2581';

    /// What stands for text without a token.
    ///
    /// @param byteIds ids of `<0x00>` to `<0xFF>`; -1 where absent
    /// @param unknown the unknown token, or -1: then such text is dropped
    /// @param fuses whether unknown symbols in a row make one token
    record Fallback(int[] byteIds, int unknown, boolean fuses) {
        /// Whether every byte has a token, so that nothing is unknown.
        boolean coversBytes() {
            return java.util.Arrays.stream(byteIds).allMatch(id -> id >= 0);
        }

        int[] ids(int codePoint) {
            byte[] bytes = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
            int[] ids = new int[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                ids[i] = byteIds[bytes[i] & 0xFF];
                if (ids[i] < 0) {
                    return unknown < 0 ? new int[0] : new int[] {unknown};
                }
            }
            return ids;
        }
    }

    private final BytePairEncoding merges;
    private final CodePointSymbols symbols;
    private final Fallback fallback;
    private final Map<String, Integer> wholePieces;
    private final boolean cutsAtSpaces;
    private final WordCache cache = new WordCache();

    /// @param wholePieces pieces looked up before merging (`ignore_merges`); empty for none
    /// @param cutsAtSpaces whether no merge crosses into a `▁`, so that words can be encoded one by one
    CodePointBpe(
            PairTable pairs,
            CodePointSymbols symbols,
            Fallback fallback,
            Map<String, Integer> wholePieces,
            boolean cutsAtSpaces) {
        this.merges = new BytePairEncoding(pairs);
        this.symbols = symbols;
        this.fallback = fallback;
        this.wholePieces = wholePieces;
        this.cutsAtSpaces = cutsAtSpaces && wholePieces.isEmpty() && (!fallback.fuses() || fallback.coversBytes());
    }

    /// Whether a token can be made only within words: no `▁` stands behind another character.
    static boolean staysWithinWord(String token) {
        for (int i = 1; i < token.length(); i++) {
            if (token.charAt(i) == SPACE_SIGN && token.charAt(i - 1) != SPACE_SIGN) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void encode(String text, int from, int to, IdBuffer out) {
        int wordStart = from;
        for (int i = from + 1; cutsAtSpaces && i < to; i++) {
            if (text.charAt(i) == SPACE_SIGN && text.charAt(i - 1) != SPACE_SIGN) {
                encodeWord(text, wordStart, i, out);
                wordStart = i;
            }
        }
        encodeWord(text, wordStart, to, out);
    }

    private void encodeWord(String text, int from, int to, IdBuffer out) {
        boolean cached = to - from <= WordCache.CHARACTERS_MAX;
        if (cached && cache.copy(text, from, to, out)) {
            return;
        }
        int start = out.size();
        Integer whole = wholePieces.isEmpty() ? null : wholePieces.get(text.substring(from, to));
        if (whole != null) {
            out.add(whole);
        } else {
            int[] word = new int[to - from];
            int count = symbols.read(text, from, to, word);
            write(word, merges.merge(word, count), out);
        }
        if (cached) {
            cache.put(text, from, to, out.tail(start));
        }
    }

    private void write(int[] word, int count, IdBuffer out) {
        boolean afterUnknown = false;
        for (int i = 0; i < count; i++) {
            if (symbols.isToken(word[i])) {
                out.add(word[i]);
                afterUnknown = false;
                continue;
            }
            int[] ids = fallback.ids(symbols.codePoint(word[i]));
            boolean unknown = ids.length == 1 && ids[0] == fallback.unknown();
            if (!(unknown && afterUnknown && fallback.fuses())) {
                out.addAll(ids, ids.length);
            }
            afterUnknown = unknown;
        }
    }
}
