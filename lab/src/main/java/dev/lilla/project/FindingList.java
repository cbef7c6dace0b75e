package dev.lilla.project;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Collects findings: one for each kind and file, with its first places.
final class FindingList {
    static final int LINES_MAX = 20;

    private final Map<Key, Found> found = new LinkedHashMap<>();

    private record Key(Finding.Kind kind, Path file) {}

    /// A finding as it grows.
    private static final class Found {
        private final String message;
        private final List<Integer> lines = new ArrayList<>();
        private long count;

        Found(String message) {
            this.message = message;
        }
    }

    /// @param line 0 where the file as a whole is meant
    void add(Finding.Kind kind, Path file, int line, String message) {
        add(kind, file, line > 0 ? List.of(line) : List.of(), 1, message);
    }

    /// @param count of all places, of which `lines` are the first
    void add(Finding.Kind kind, Path file, List<Integer> lines, long count, String message) {
        Found entry = found.computeIfAbsent(new Key(kind, file), _ -> new Found(message));
        entry.count += count;
        for (int line : lines) {
            if (entry.lines.size() < LINES_MAX) {
                entry.lines.add(line);
            }
        }
    }

    List<Finding> findings() {
        return found.entrySet().stream()
                .map(entry -> new Finding(
                        entry.getKey().kind(),
                        entry.getKey().file(),
                        entry.getValue().message,
                        entry.getValue().lines,
                        entry.getValue().count))
                .toList();
    }
}
