package dev.lilla.tokenizer;

import java.util.Map;

/// Greedy longest match from the left within a word (BERT). Source: Wu et al., arXiv 1609.08144.
final class WordPiece implements PieceEncoder {
    /// What BERT uses.
    static final int WORD_CHARACTERS = 100;

    private final Map<String, Integer> initial;
    private final Map<String, Integer> following;
    private final int unknown;
    private final int charactersMax;
    /// UTF-16 units of the longest piece: looking for longer ones is in vain.
    private final int longest;

    /// @param initial ids of the pieces that begin a word
    /// @param following ids of the pieces that continue one, without their mark (`##`)
    /// @param unknown for a word without a cover
    /// @param charactersMax code points of a word; a longer one is unknown
    WordPiece(Map<String, Integer> initial, Map<String, Integer> following, int unknown, int charactersMax) {
        this.initial = initial;
        this.following = following;
        this.unknown = unknown;
        this.charactersMax = charactersMax;
        longest = Math.max(longest(initial), longest(following));
    }

    private static int longest(Map<String, Integer> pieces) {
        return pieces.keySet().stream().mapToInt(String::length).max().orElse(0);
    }

    @Override
    public void encode(String text, int from, int to, IdBuffer out) {
        if (to - from > charactersMax && text.codePointCount(from, to) > charactersMax) {
            out.add(unknown);
            return;
        }
        IdBuffer pieces = new IdBuffer();
        int at = from;
        while (at < to) {
            int end = longestMatch(text, at, to, at == from ? initial : following);
            if (end == at) {
                out.add(unknown);
                return;
            }
            pieces.add((at == from ? initial : following).getOrDefault(text.substring(at, end), unknown));
            at = end;
        }
        out.addAll(pieces.toArray(), pieces.size());
    }

    private int longestMatch(String text, int from, int to, Map<String, Integer> pieces) {
        int end = Math.min(to, from + longest);
        while (end > from && !pieces.containsKey(text.substring(from, end))) {
            end--;
        }
        return end;
    }
}
