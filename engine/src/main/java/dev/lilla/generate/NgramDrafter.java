package dev.lilla.generate;

import java.util.List;

/// Guesses that a text goes on as it did before: what followed the last few tokens when they occurred most recently.
///
/// It costs no arithmetic and pays off where a text repeats parts of itself or of its prompt: summaries, edits, code,
/// extraction. Known as prompt lookup decoding.
public final class NgramDrafter implements Drafter {
    /// The longest match is tried first, as the surest.
    private static final int SIZE_MAX = 4;
    /// A single token was followed by too many others.
    private static final int SIZE_MIN = 2;

    private final int tokensMax;

    /// @param tokensMax the most tokens to guess, at least 1
    public NgramDrafter(int tokensMax) {
        this.tokensMax = tokensMax;
    }

    @Override
    public int tokensMax() {
        return tokensMax;
    }

    @Override
    public void draft(List<Sequence> sequences) {
        sequences.forEach(sequence -> draft(sequence.history(), sequence.draft()));
    }

    static void draft(TokenHistory history, Draft draft) {
        for (int size = SIZE_MAX; size >= SIZE_MIN && draft.length() == 0; size--) {
            int follower = draft.room() > 0 ? history.lastFollower(size) : -1;
            for (int i = follower; i >= 0 && i < history.length() && draft.room() > 0; i++) {
                draft.add(history.token(i));
            }
        }
    }

    @Override
    public void close() {}
}
