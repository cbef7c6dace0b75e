package dev.lilla.generate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// The tokens of a sequence so far, prompt first. Not safe for use by several threads.
public final class TokenHistory {
    private int[] tokens;
    private int length;

    public TokenHistory(int[] prompt) {
        tokens = Arrays.copyOf(prompt, prompt.length + 64);
        length = prompt.length;
    }

    public void append(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = token;
    }

    public int length() {
        return length;
    }

    public int token(int index) {
        if (index >= length) {
            throw new IndexOutOfBoundsException("token " + index + " of " + length);
        }
        return tokens[index];
    }

    /// A copy of tokens `from` (inclusive) to `to` (exclusive).
    public int[] tokens(int from, int to) {
        if (to > length) {
            throw new IndexOutOfBoundsException("tokens up to " + to + " of " + length);
        }
        return Arrays.copyOfRange(tokens, from, to);
    }

    /// Forgets all tokens from the `kept`th on.
    void truncate(int kept) {
        if (kept > length) {
            throw new IndexOutOfBoundsException("no " + kept + " tokens to keep of " + length);
        }
        length = kept;
    }

    /// Becomes equal to another history.
    ///
    /// @return how many tokens they began with in common before
    int follow(TokenHistory other) {
        int common = commonPrefix(other);
        truncate(common);
        for (int i = common; i < other.length; i++) {
            append(other.tokens[i]);
        }
        return common;
    }

    /// How many tokens both begin with in common.
    int commonPrefix(TokenHistory other) {
        int mismatch = Arrays.mismatch(tokens, 0, length, other.tokens, 0, other.length);
        return mismatch < 0 ? length : mismatch;
    }

    /// Where the last `size` tokens occurred most recently before.
    ///
    /// @return the index of the token that followed them there, or -1
    int lastFollower(int size) {
        for (int start = length - size - 1; start >= 0; start--) {
            if (Arrays.equals(tokens, start, start + size, tokens, length - size, length)) {
                return start + size;
            }
        }
        return -1;
    }

    /// How often each of the last `window` tokens occurs among them.
    Map<Integer, Integer> counts(int window) {
        Map<Integer, Integer> counts = new HashMap<>();
        for (int i = Math.max(0, length - Math.min(window, length)); i < length; i++) {
            counts.merge(tokens[i], 1, Integer::sum);
        }
        return counts;
    }

    /// The tokens that followed earlier occurrences of the last `size` tokens.
    int[] followersOfLast(int size) {
        if (length < size) {
            return new int[0];
        }
        int[] followers = new int[length];
        int found = 0;
        for (int start = 0; start + size < length; start++) {
            if (Arrays.equals(tokens, start, start + size, tokens, length - size, length)) {
                followers[found++] = tokens[start + size];
            }
        }
        return Arrays.copyOf(followers, found);
    }
}
