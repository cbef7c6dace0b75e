package dev.lilla.grammar;

import org.jspecify.annotations.Nullable;

/// What is known of tokens from a state of a rule alone, whatever the stack beneath: those that stay within the rule,
/// and where others leave it.
///
/// @param few the tokens that do not go beyond the rule, if they are few
/// @param many the same as a mask, if they are many
/// @param exits nodes of the [TokenTrie] at which the rule may end, with more beneath them
record StateTokens(int[] few, @Nullable TokenMask many, int[] exits) {
    static StateTokens of(IntList accepted, IntList exits, int vocab) {
        // A list of ints is smaller than a bit each below one in 32.
        if (accepted.size() < vocab / 32) {
            return new StateTokens(accepted.toArray(), null, exits.toArray());
        }
        TokenMask mask = new TokenMask(vocab);
        for (int i = 0; i < accepted.size(); i++) {
            mask.set(accepted.get(i));
        }
        return new StateTokens(new int[0], mask, exits.toArray());
    }

    void addTo(TokenMask mask) {
        if (many != null) {
            mask.add(many);
        }
        for (int id : few) {
            mask.set(id);
        }
    }

    /// Memory it takes, roughly.
    long size() {
        return 64L + 4L * few.length + 4L * exits.length + (many == null ? 0 : many.vocab() / 8);
    }
}
