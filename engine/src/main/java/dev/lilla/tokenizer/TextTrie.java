package dev.lilla.tokenizer;

import java.util.HashMap;
import java.util.Map;

/// A prefix tree over UTF-16 units: which of many texts begin at a place, read in one walk.
final class TextTrie {
    private static final int ROOT = 0;

    private final Map<Long, Integer> children = new HashMap<>();
    private final boolean[] beginsSome = new boolean[0x10000];
    private int[] values = {-1};
    private int nodes = 1;

    /// Adds a text; the value of a text added again stays the first.
    void put(String text, int value) {
        int node = ROOT;
        for (int i = 0; i < text.length(); i++) {
            long edge = edge(node, text.charAt(i));
            Integer child = children.get(edge);
            if (child == null) {
                if (nodes == values.length) {
                    values = java.util.Arrays.copyOf(values, 2 * nodes);
                }
                values[nodes] = -1;
                child = nodes++;
                children.put(edge, child);
            }
            node = child;
        }
        if (node != ROOT && values[node] < 0) {
            values[node] = value;
            beginsSome[text.charAt(0)] = true;
        }
    }

    boolean isEmpty() {
        return nodes == 1;
    }

    /// Whether a text of the tree begins with this unit.
    boolean mayBegin(char unit) {
        return beginsSome[unit];
    }

    /// The node for a root to walk from.
    int root() {
        return ROOT;
    }

    /// The node after one more unit, or -1.
    int step(int node, char unit) {
        return children.getOrDefault(edge(node, unit), -1);
    }

    /// The value of the text that ends at a node, or -1.
    int value(int node) {
        return values[node];
    }

    private static long edge(int node, char unit) {
        return ((long) node << 16) | unit;
    }
}
