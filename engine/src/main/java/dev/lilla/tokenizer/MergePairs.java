package dev.lilla.tokenizer;

import dev.lilla.format.ModelFormatException;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;

/// Builds the table of merges, from a list of them or from the tokens alone.
final class MergePairs {
    private MergePairs() {}

    /// From a list of merges, whose tokens and results all must be in the vocabulary.
    ///
    /// @param prefixLength characters of the right token that its merge drops (`continuing_subword_prefix`)
    static PairTable fromList(List<Merge> merges, Vocabulary vocabulary, int prefixLength, String place) {
        TokenizerLimits.merges(merges.size(), place);
        PairTable pairs = new PairTable(merges.size());
        for (int rank = 0; rank < merges.size(); rank++) {
            Merge merge = merges.get(rank);
            String mergePlace = place + "[" + rank + "]";
            if (merge.right().length() < prefixLength) {
                throw missing(merge.right(), mergePlace);
            }
            int left = find(merge.left(), vocabulary, mergePlace);
            int right = find(merge.right(), vocabulary, mergePlace);
            int merged = find(merge.left() + merge.right().substring(prefixLength), vocabulary, mergePlace);
            pairs.put(left, right, rank, merged);
        }
        return pairs;
    }

    /// From the tokens: any two symbols whose texts together are a token merge into it, at its rank. This is what
    /// SentencePiece (by score) and tiktoken do.
    ///
    /// @param ranks by id; negative for a token that merging never makes
    /// @param symbolOf the symbol of a part of a token, negative if it has none
    static PairTable fromTokens(List<String> tokens, int[] ranks, ToIntFunction<String> symbolOf, String place) {
        IdBuffer found = new IdBuffer();
        for (int id = 0; id < tokens.size(); id++) {
            String token = tokens.get(id);
            if (ranks[id] < 0) {
                continue;
            }
            if (token.length() > TokenizerLimits.PIECE_CHARACTERS_MAX) {
                throw new ModelFormatException(place + ": token " + id + " has " + token.length()
                        + " characters, expected at most " + TokenizerLimits.PIECE_CHARACTERS_MAX
                        + ". Download the file again.");
            }
            for (int cut = 1; cut < token.length(); cut++) {
                if (Character.isLowSurrogate(token.charAt(cut))) {
                    continue;
                }
                int left = symbolOf.applyAsInt(token.substring(0, cut));
                int right = left < 0 ? -1 : symbolOf.applyAsInt(token.substring(cut));
                if (right >= 0) {
                    found.add(left);
                    found.add(right);
                    found.add(id);
                }
            }
        }
        PairTable pairs = new PairTable(found.size() / 3);
        for (int i = 0; i < found.size(); i += 3) {
            pairs.put(found.get(i), found.get(i + 1), ranks[found.get(i + 2)], found.get(i + 2));
        }
        return pairs;
    }

    private static int find(String token, Vocabulary vocabulary, String place) {
        OptionalInt id = vocabulary.id(token);
        return id.orElseThrow(() -> missing(token, place));
    }

    private static ModelFormatException missing(String token, String place) {
        return new ModelFormatException(place + ": the token \"" + token
                + "\" of a merge is not in the vocabulary. Download the tokenizer files again, all of one revision.");
    }
}
