package dev.lilla.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tokens that somebody guessed a sequence would write next.
///
/// It grows and shrinks with its luck: two tokens more after a draft that was all right, one less after another. That
/// depends on what was accepted before and not on the tokens guessed now, so it changes no probability. Owned by one
/// sequence; not safe for use by several threads.
final class Draft {
    /// To begin with: five rows cost little more than one where reading the weights is what takes time.
    private static final int REACH_FIRST = 4;

    private final List<TokenProbabilities> sources = new ArrayList<>();
    private int[] tokens = new int[0];
    private boolean[] drawn = new boolean[0];
    private int length;
    private int room;
    private int reach = REACH_FIRST;

    /// Forgets the guesses and makes room for up to `tokensMax` others.
    void begin(int tokensMax) {
        length = 0;
        room = Math.min(tokensMax, reach);
        if (tokens.length < room) {
            tokens = Arrays.copyOf(tokens, room);
            drawn = Arrays.copyOf(drawn, room);
        }
    }

    int length() {
        return length;
    }

    /// Guesses that may be added.
    int room() {
        return room - length;
    }

    int token(int index) {
        return tokens[index];
    }

    /// Adds a token that was certain to be guessed.
    void add(int token) {
        append(token, false);
    }

    /// Where the probabilities go that the next token is drawn with, for [#addDrawn].
    TokenProbabilities source() {
        while (sources.size() <= length) {
            sources.add(new TokenProbabilities());
        }
        return sources.get(length);
    }

    /// Adds a token that was drawn with the probabilities in [#source].
    void addDrawn(int token) {
        append(token, true);
    }

    private void append(int token, boolean isDrawn) {
        if (room() < 1) {
            throw new IllegalStateException("a draft with room for " + room + " tokens is full");
        }
        drawn[length] = isDrawn;
        tokens[length++] = token;
    }

    /// The probabilities a token was drawn with; null if it was certain.
    @Nullable
    TokenProbabilities drawnFrom(int index) {
        return drawn[index] ? sources.get(index) : null;
    }

    /// Keeps the first `kept` tokens.
    void truncate(int kept) {
        length = Math.min(length, kept);
    }

    /// The tokens behind those they follow.
    int[] after(int[] before) {
        int[] all = Arrays.copyOf(before, before.length + length);
        System.arraycopy(tokens, 0, all, before.length, length);
        return all;
    }

    /// Learns how many of its tokens were right.
    void judge(int right) {
        if (length > 0) {
            reach = right == length ? reach + 2 : Math.max(1, reach - 1);
        }
        length = 0;
    }
}
