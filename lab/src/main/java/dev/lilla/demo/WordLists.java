package dev.lilla.demo;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The pieces that names are made of (`world.txt`), and the names that are tested but never trained (`foreign.txt`).
final class WordLists {
    static final WordLists SHARED = new WordLists();

    private final Map<String, List<String>> lists = new HashMap<>();
    private final Map<String, List<String>> foreign = new HashMap<>();
    private final Set<String> foreignNames = new HashSet<>();

    private WordLists() {
        ResourceLines.read("world.txt").forEach((header, lines) -> {
            boolean words = header.startsWith("[words ");
            String name = header.substring(header.indexOf(' ') + 1, header.length() - 1);
            lists.put(
                    name,
                    words
                            ? lines.stream()
                                    .flatMap(line -> List.of(line.split(" ")).stream())
                                    .toList()
                            : List.copyOf(lines));
        });
        ResourceLines.read("foreign.txt").forEach((header, lines) -> {
            foreign.put(header.substring(1, header.length() - 1), List.copyOf(lines));
            foreignNames.addAll(lines);
        });
    }

    boolean has(String list) {
        return lists.containsKey(list);
    }

    /// @throws IllegalStateException if there is no such list
    List<String> list(String list) {
        List<String> found = lists.get(list);
        if (found == null) {
            throw new IllegalStateException("world.txt has no list [" + list + "]");
        }
        return found;
    }

    String any(String list, RandomGenerator random) {
        return any(list(list), random);
    }

    /// One of the names outside of the generator's syllables: of `customers`, `products`, `towns` or `firms`.
    String anyForeign(String kind, RandomGenerator random) {
        List<String> names = foreign.get(kind);
        if (names == null) {
            throw new IllegalStateException("foreign.txt has no list [" + kind + "]");
        }
        return any(names, random);
    }

    boolean isForeign(String name) {
        return foreignNames.contains(name);
    }

    Set<String> foreignNames() {
        return Set.copyOf(foreignNames);
    }

    static <T> T any(List<T> list, RandomGenerator random) {
        return list.get(random.nextInt(list.size()));
    }
}
