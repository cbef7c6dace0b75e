package dev.lilla.tokenizer;

import java.util.Map;

/// Greedy longest match from the left within a word (BERT). Source: Wu et al., arXiv 1609.08144.
///
/// @param initial ids of the pieces that begin a word
/// @param following ids of the pieces that continue one, without their mark (`##`)
/// @param unknown for a word without a cover
/// @param charactersMax code points of a word; a longer one is unknown
record WordPiece(Map<String, Integer> initial, Map<String, Integer> following, int unknown, int charactersMax)
        implements PieceEncoder {
    /// What BERT uses; it bounds the quadratic search within a word.
    static final int WORD_CHARACTERS = 100;

    @Override
    public void encode(String text, int from, int to, IdBuffer out) {
        if (to - from > charactersMax && text.codePointCount(from, to) > charactersMax) {
            out.add(unknown);
            return;
        }
        IdBuffer pieces = new IdBuffer();
        int at = from;
        while (at < to) {
            int end = to;
            Integer id = null;
            Map<String, Integer> known = at == from ? initial : following;
            while (end > at) {
                id = known.get(text.substring(at, end));
                if (id != null) {
                    break;
                }
                end -= Character.charCount(text.codePointBefore(end));
            }
            if (id == null) {
                out.add(unknown);
                return;
            }
            pieces.add(id);
            at = end;
        }
        out.addAll(pieces.toArray(), pieces.size());
    }
}
