package dev.lilla.model;

import java.util.List;

/// The next tokens of one sequence: a chunk of its prompt, or the one token that was chosen last.
///
/// @param tokens ids, at least one; not copied, not to be changed during a step
/// @param position position of the first of them in the sequence, from 0; all before it are in the cache
/// @param blocks numbers of the sequence's cache blocks in order, enough for the last of these tokens; not copied
/// @param promptTokens length of the sequence's whole prompt, the same in every step: it fixes the rotary frequencies
///     where they depend on length
/// @param wanted rows of logits
/// @param adapters added to the weights for this entry alone, in order
public record BatchEntry(
        int[] tokens, int position, int[] blocks, int promptTokens, LogitRows wanted, List<ActiveAdapter> adapters) {
    public BatchEntry {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("a batch entry has at least one token");
        }
        if (position < 0 || promptTokens < 1) {
            throw new IllegalArgumentException(
                    "no batch entry: position " + position + ", prompt of " + promptTokens + " tokens");
        }
        adapters = List.copyOf(adapters);
    }
}
