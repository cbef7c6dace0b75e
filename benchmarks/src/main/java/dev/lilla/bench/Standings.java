package dev.lilla.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Speeds of all contestants by row, and who is the best of Lilla's peers in each. Not safe for use by several threads.
final class Standings {
    private final String own;
    private final Map<String, Map<String, List<Double>>> byRow = new LinkedHashMap<>();

    /// @param own label of the contestant that the others are the peers of
    Standings(String own) {
        this.own = own;
    }

    /// Takes the result of a turn.
    void add(String label, Map<String, Double> speeds) {
        speeds.forEach((row, speed) -> byRow.computeIfAbsent(row, name -> new LinkedHashMap<>())
                .computeIfAbsent(label, name -> new ArrayList<>())
                .add(speed));
    }

    /// The fastest peer of a row by its median; which one may differ from row to row.
    Optional<String> bestPeer(String row) {
        String best = null;
        for (String label : byRow.getOrDefault(row, Map.of()).keySet()) {
            if (!label.equals(own) && (best == null || median(row, label) > median(row, best))) {
                best = label;
            }
        }
        return Optional.ofNullable(best);
    }

    /// The median of a contestant's turns; 0 if it has none.
    double median(String row, String label) {
        double[] sorted = byRow.getOrDefault(row, Map.of()).getOrDefault(label, List.of()).stream()
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return 0;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// The difference between the fastest and the slowest turn, as a share of the median; 0 if there are none.
    double spread(String row, String label) {
        double[] speeds = byRow.getOrDefault(row, Map.of()).getOrDefault(label, List.of()).stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
        return speeds.length == 0
                ? 0
                : (Arrays.stream(speeds).max().orElseThrow()
                                - Arrays.stream(speeds).min().orElseThrow())
                        / median(row, label);
    }

    /// A table in Markdown: for each row every contestant, and Lilla's speed as a multiple of theirs.
    String table() {
        StringBuilder table = new StringBuilder("""
                | row | engine | tokens/s, median | spread | Lilla is |
                | --- | --- | --- | --- | --- |
                """);
        byRow.forEach((row, engines) -> {
            String best = bestPeer(row).orElse("");
            for (String label : engines.keySet()) {
                double median = median(row, label);
                String ratio = label.equals(own) || !engines.containsKey(own)
                        ? ""
                        : String.format(Locale.ROOT, "%.2f x", median(row, own) / median);
                table.append(String.format(
                        Locale.ROOT,
                        "| %s | %s | %.2f | %.0f %% | %s |%n",
                        row,
                        label.equals(best) ? "**" + label + "**" : label,
                        median,
                        100 * spread(row, label),
                        label.equals(best) && !ratio.isEmpty() ? "**" + ratio + "**" : ratio));
            }
        });
        return table.toString();
    }
}
