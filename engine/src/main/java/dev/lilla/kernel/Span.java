package dev.lilla.kernel;

/// The rows of a batch that belong to one sequence: `count` consecutive tokens, from `position` on.
///
/// @param row first row in the batch
/// @param count rows, at least 1
/// @param position position of the first of these tokens in its sequence, from 0
/// @param blocks numbers of the sequence's cache blocks in order; block `i` holds positions `64 i` to `64 i + 63`;
///     at least enough for the last position of the span; not copied, not to be changed during a step
public record Span(int row, int count, int position, int[] blocks) {
    public Span {
        if (row < 0 || count < 1 || position < 0) {
            throw new IllegalArgumentException("no span: row " + row + ", count " + count + ", position " + position);
        }
        int needed = Math.ceilDiv(position + count, KvLayout.BLOCK_TOKENS);
        if (blocks.length < needed) {
            throw new IllegalArgumentException("positions up to " + (position + count - 1) + " need " + needed
                    + " cache blocks, found " + blocks.length);
        }
    }
}
