package dev.lilla.kernel;

import java.util.ArrayList;
import java.util.List;

/// Query rows that are computed together, since they read the same keys and values: heads of one K/V head's
/// group, of consecutive tokens of one sequence. Row `i` is head `i % group` of the group, of token `i / group`
/// of the span.
///
/// @param isPrompt whether they belong to a long prompt, and may be rounded
/// @param kvHead the K/V head they share
/// @param from first of the span's `count * group` rows
/// @param to behind the last
record AttentionTile(Span span, boolean isPrompt, int kvHead, int group, int from, int to) {
    /// Rows of a tile at most. Unpacking a block costs about 2.5 steps a vector, and each row then one: at 48
    /// rows it is 5 % of the whole. Their queries, scores and sums (48 * 3 * 256 bytes with 64 elements a head)
    /// lie in a sixth of the smallest second-level cache.
    static final int ROWS = 48;

    /// The same of a long prompt: whole tiles of AMX, and, with one head a group, all tokens of a cache block.
    static final int PROMPT_ROWS = 64;

    static final int ROWS_MAX = Math.max(ROWS, PROMPT_ROWS);

    /// The tiles of all spans, in order. Those of long prompts end where a cache block does, so that what their rows
    /// see of a block depends on the block of their positions alone, not on where the prompt was cut.
    static List<AttentionTile> of(AttentionRows rows, int kvHeads, int group) {
        List<AttentionTile> tiles = new ArrayList<>();
        for (Span span : rows.spans()) {
            int all = Math.multiplyExact(span.count(), group);
            boolean isPrompt = rows.prompts().stream().anyMatch(range -> range.contains(span.row()));
            for (int from = 0, to; from < all; from = to) {
                to = Math.min(isPrompt ? promptEnd(span, group, from) : from + ROWS, all);
                for (int head = 0; head < kvHeads; head++) {
                    tiles.add(new AttentionTile(span, isPrompt, head, group, from, to));
                }
            }
        }
        return List.copyOf(tiles);
    }

    private static int promptEnd(Span span, int group, int from) {
        int position = span.position() + from / group;
        int nextBlock = (position / KvLayout.BLOCK_TOKENS + 1) * KvLayout.BLOCK_TOKENS;
        return (int) Math.min(from + PROMPT_ROWS, (long) (nextBlock - span.position()) * group);
    }

    int rows() {
        return to - from;
    }

    /// The row of the batch that row `i` of the span belongs to.
    int batchRow(int i) {
        return span.row() + i / group;
    }

    /// The query head of row `i` of the span.
    int head(int i) {
        return kvHead * group + i % group;
    }

    /// The position of row `i` of the span in its sequence.
    int position(int i) {
        return span.position() + i / group;
    }

    /// The first position that any row sees.
    int firstKey(AttentionMask mask) {
        return Math.max(0, position(from) - mask.window() + 1);
    }

    /// The first block that every position of this tile's own block sees whole, their own apart.
    int firstWhole(AttentionMask mask) {
        long key = (ownBlock() + 1L) * KvLayout.BLOCK_TOKENS - mask.window();
        return (int) Math.ceilDiv(Math.max(key, 0), KvLayout.BLOCK_TOKENS);
    }

    /// The cache block that the first row's position lies in; those of all, if the tile is of a prompt.
    int ownBlock() {
        return position(from) / KvLayout.BLOCK_TOKENS;
    }

    /// The last position that any row sees.
    int lastKey() {
        return position(to - 1);
    }
}
