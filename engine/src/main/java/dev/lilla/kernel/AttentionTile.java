package dev.lilla.kernel;

import java.util.ArrayList;
import java.util.List;

/// Query rows that are computed together, since they read the same keys and values: heads of one K/V head's
/// group, of consecutive tokens of one sequence. Row `i` is head `i % group` of the group, of token `i / group`
/// of the span.
///
/// @param kvHead the K/V head they share
/// @param from first of the span's `count * group` rows
/// @param to behind the last
record AttentionTile(Span span, int kvHead, int group, int from, int to) {
    /// Rows of a tile at most. Unpacking a block costs about 2.5 steps a vector, and each row then one: at 48
    /// rows it is 5 % of the whole. Their queries, scores and sums (48 * 3 * 256 bytes with 64 elements a head)
    /// lie in a sixth of the smallest second-level cache.
    static final int ROWS = 48;

    /// The tiles of all spans, in order.
    static List<AttentionTile> of(List<Span> spans, int kvHeads, int group) {
        List<AttentionTile> tiles = new ArrayList<>();
        for (Span span : spans) {
            int rows = Math.multiplyExact(span.count(), group);
            for (int from = 0; from < rows; from += ROWS) {
                for (int head = 0; head < kvHeads; head++) {
                    tiles.add(new AttentionTile(span, head, group, from, Math.min(from + ROWS, rows)));
                }
            }
        }
        return List.copyOf(tiles);
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

    /// The last position that any row sees.
    int lastKey() {
        return position(to - 1);
    }
}
