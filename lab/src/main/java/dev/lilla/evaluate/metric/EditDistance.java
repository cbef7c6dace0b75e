package dev.lilla.evaluate.metric;

import dev.lilla.evaluate.statistics.Tally;
import java.util.List;

/// How alike two texts are by the fewest insertions, deletions and replacements of characters between them
/// (Levenshtein, 1966): 1 minus that number over the length of the longer text.
public record EditDistance() implements TextMetric {
    @Override
    public String name() {
        return "edit_similarity";
    }

    @Override
    public Scale scale() {
        return Scale.SHARE;
    }

    @Override
    public Tally tally(List<TextPair> pairs) {
        return TextMetric.meanOfBest(pairs, EditDistance::similarity);
    }

    /// From 0 to 1; two empty texts are the same.
    public static double similarity(String first, String second) {
        int longer = Math.max(first.codePointCount(0, first.length()), second.codePointCount(0, second.length()));
        return longer == 0 ? 1 : 1 - (double) between(first, second) / longer;
    }

    /// Edits of code points.
    public static int between(String first, String second) {
        int[] from = first.codePoints().toArray();
        int[] to = second.codePoints().toArray();
        int[] above = new int[to.length + 1];
        for (int j = 0; j <= to.length; j++) {
            above[j] = j;
        }
        for (int i = 1; i <= from.length; i++) {
            int[] row = new int[to.length + 1];
            row[0] = i;
            for (int j = 1; j <= to.length; j++) {
                int replaced = above[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[to.length];
    }
}
