package dev.lilla.project;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Finds the word that was meant.
final class Spelling {
    private static final int LENGTH_MAX = 100;

    private Spelling() {}

    /// The known word that takes the fewest changes, if those are few beside its length.
    static Optional<String> nearest(String found, Collection<String> known) {
        if (found.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        String word = found.toLowerCase(Locale.ROOT).replace('-', '_');
        return known.stream()
                .filter(other -> changes(word, other) <= Math.max(1, other.length() / 3))
                .min(Comparator.comparingInt(other -> changes(word, other)));
    }

    /// Letters to put in, take out, replace, or swap with their neighbor (optimal string alignment).
    private static int changes(String from, String to) {
        int[][] cost = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int replaced = cost[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                cost[i][j] = Math.min(replaced, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                boolean isSwapped = i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
                if (isSwapped) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[from.length()][to.length()];
    }
}
