package dev.lilla.grammar;

import java.util.Arrays;

/// Which tokens may come next. Valid until its [GrammarState] takes another token.
public final class TokenMask {
    private final int vocab;
    private final long[] words;

    TokenMask(int vocab) {
        this.vocab = vocab;
        this.words = new long[Math.ceilDiv(vocab, 64)];
    }

    /// Number of ids: those from here on are not allowed.
    public int vocab() {
        return vocab;
    }

    public boolean isAllowed(int id) {
        return id >= 0 && id < vocab && (words[id >> 6] >>> id & 1) != 0;
    }

    /// The lowest allowed id from `from` on, or -1.
    public int next(int from) {
        if (from >= vocab) {
            return -1;
        }
        int index = from >> 6;
        long word = words[index] & (-1L << from);
        while (word == 0) {
            index++;
            if (index == words.length) {
                return -1;
            }
            word = words[index];
        }
        return (index << 6) + Long.numberOfTrailingZeros(word);
    }

    /// How many tokens are allowed.
    public int count() {
        int count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        return count;
    }

    public boolean isEmpty() {
        return next(0) < 0;
    }

    void set(int id) {
        words[id >> 6] |= 1L << id;
    }

    void clear(int id) {
        words[id >> 6] &= ~(1L << id);
    }

    void clear() {
        Arrays.fill(words, 0);
    }

    void copy(TokenMask other) {
        System.arraycopy(other.words, 0, words, 0, words.length);
    }

    void add(TokenMask other) {
        for (int i = 0; i < words.length; i++) {
            words[i] |= other.words[i];
        }
    }
}
