package dev.lilla.tokenizer;

import dev.lilla.format.ModelFormatException;
import java.util.List;

/// What a tokenizer file may ask for at most, checked before memory is taken.
final class TokenizerLimits {
    /// Ids of a vocabulary; the largest known has 262,208.
    static final int TOKENS_MAX = 1 << 21;
    /// Merges of a byte-pair encoding; the largest known has 580,604.
    static final int MERGES_MAX = 1 << 22;
    /// UTF-16 units of a token that merges are derived for; known ones reach 256.
    static final int PIECE_CHARACTERS_MAX = 1024;
    /// Bytes of a tokenizer.model or a rank file; the largest known take 5 MB.
    static final int FILE_BYTES_MAX = 64 << 20;

    private TokenizerLimits() {}

    /// Checks an id.
    static int id(long id, String place) {
        if (id < 0 || id >= TOKENS_MAX) {
            throw new ModelFormatException(place + ": token id " + id + " is out of range, expected 0 to "
                    + (TOKENS_MAX - 1) + ". Download the file again.");
        }
        return (int) id;
    }

    /// Checks how many tokens there are.
    static void tokens(long count, String place) {
        if (count < 1 || count > TOKENS_MAX) {
            throw new ModelFormatException(place + ": the vocabulary has " + count + " tokens, expected 1 to "
                    + TOKENS_MAX + ". Download the file again.");
        }
    }

    /// Checks how many merges there are.
    static void merges(long count, String place) {
        if (count > MERGES_MAX) {
            throw new ModelFormatException(place + ": has " + count + " merges, expected at most " + MERGES_MAX
                    + ". Download the file again.");
        }
    }

    /// Checks the length of an added token.
    static AddedToken added(AddedToken token, String place) {
        if (token.content().length() > AddedTokenFinder.CHARACTERS_MAX) {
            throw new ModelFormatException(place + ": the added token " + token.id() + " has "
                    + token.content().length() + " characters, expected at most " + AddedTokenFinder.CHARACTERS_MAX
                    + ". Download the file again.");
        }
        return token;
    }

    /// The unicode text `<0xXX>` of a byte.
    static String byteToken(int unsignedByte) {
        return String.format("<0x%02X>", unsignedByte);
    }

    /// The ids of `<0x00>` to `<0xFF>`, -1 where the vocabulary lacks one.
    static int[] byteIds(Vocabulary vocabulary) {
        int[] ids = new int[256];
        for (int b = 0; b < 256; b++) {
            ids[b] = vocabulary.id(byteToken(b)).orElse(-1);
        }
        return ids;
    }

    /// The ids of the single bytes in the [ByteAlphabet], -1 where the vocabulary lacks one.
    static int[] alphabetIds(Vocabulary vocabulary) {
        int[] ids = new int[256];
        for (int b = 0; b < 256; b++) {
            ids[b] = vocabulary.id(String.valueOf(ByteAlphabet.character(b))).orElse(-1);
        }
        return ids;
    }

    /// A list of `size` empty texts, to be filled by id.
    static List<String> emptyTokens(int size) {
        return new java.util.ArrayList<>(java.util.Collections.nCopies(size, ""));
    }
}
