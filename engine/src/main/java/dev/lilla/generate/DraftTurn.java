package dev.lilla.generate;

import java.util.List;

/// Lets a drafter guess for the next step of sequences side by side, in equal shares.
///
/// @param rowsMax the most rows of a step
record DraftTurn(Drafter drafter, int rowsMax) {
    /// Up to so many rows a step computes each exactly as it would alone, on every path; with more, matrices may be
    /// multiplied in another arithmetic. Drafts stay within, so that guessing changes no bit.
    private static final int EXACT_ROWS = 31;

    /// Where a prompt is read, the step has enough to do without.
    ///
    /// @param freeBlocks cache blocks that could be taken
    void take(List<Sequence> running, int freeBlocks) {
        if (drafter.tokensMax() == 0 || running.isEmpty()) {
            return;
        }
        boolean reads = running.stream().anyMatch(Sequence::isPrefill);
        int rows = Math.min(EXACT_ROWS, rowsMax) / running.size() - 1;
        int tokensMax = reads ? 0 : Math.clamp(rows, 0, drafter.tokensMax());
        // A guess never takes the block that a text needs: each may need one, and its draft another.
        boolean mayTakeBlock = freeBlocks >= 2 * running.size();
        running.forEach(sequence -> sequence.beginDraft(tokensMax, mayTakeBlock));
        drafter.draft(running);
    }
}
