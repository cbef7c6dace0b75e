package dev.lilla.tokenizer;

import dev.lilla.format.ModelFormatException;
import java.util.List;
import java.util.OptionalInt;

/// Builds the table of merges, from a list of them or from the tokens alone.
final class MergePairs {
    /// The symbols of parts of tokens.
    interface Parts {
        /// The symbol of `text[from, to)`, negative if it has none.
        ///
        /// @param hash as [String#hashCode] has it
        int symbol(String text, int from, int to, int hash);
    }

    /// Of 31, by which [String#hashCode] weighs what is so many characters before the end.
    private static final int[] POWERS = powers();

    private MergePairs() {}

    private static int[] powers() {
        int[] powers = new int[TokenizerLimits.PIECE_CHARACTERS_MAX + 1];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = 31 * powers[i - 1];
        }
        return powers;
    }

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
    static PairTable fromTokens(List<String> tokens, int[] ranks, Parts parts, String place) {
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
            addCuts(token, id, parts, found);
        }
        PairTable pairs = new PairTable(found.size() / 3);
        for (int i = 0; i < found.size(); i += 3) {
            pairs.put(found.get(i), found.get(i + 1), ranks[found.get(i + 2)], found.get(i + 2));
        }
        return pairs;
    }

    /// Hashes as [String#hashCode] has them: that of the left part grows by a character, and that of the right one is
    /// what is missing to the whole.
    private static void addCuts(String token, int id, Parts parts, IdBuffer found) {
        int length = token.length();
        int whole = token.hashCode();
        int leftHash = 0;
        for (int cut = 1; cut < length; cut++) {
            leftHash = 31 * leftHash + token.charAt(cut - 1);
            if (Character.isLowSurrogate(token.charAt(cut))) {
                continue;
            }
            int left = parts.symbol(token, 0, cut, leftHash);
            int right = left < 0 ? -1 : parts.symbol(token, cut, length, whole - leftHash * POWERS[length - cut]);
            if (right >= 0) {
                found.add(left);
                found.add(right);
                found.add(id);
            }
        }
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
