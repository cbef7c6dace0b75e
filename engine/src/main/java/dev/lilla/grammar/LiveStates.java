package dev.lilla.grammar;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// Finds the states from which the end of their rule can be reached, backwards from the ends.
final class LiveStates {
    private final BitSet live;
    private final List<int[]> calls;
    private final IntList open = new IntList();

    /// For each state, those that lead to it by a byte or a call: `sources[from[state], from[state + 1])`.
    private final int[] from;

    private final int[] sources;

    private LiveStates(int[] table, int classes, List<int[]> calls, BitSet accepting) {
        this.calls = calls;
        this.live = new BitSet();
        this.from = new int[calls.size() + 1];
        int[] last = new int[calls.size()];
        Arrays.fill(last, -1);
        forEachLink(table, classes, last, (_, to) -> from[to + 1]++);
        for (int state = 0; state < calls.size(); state++) {
            from[state + 1] += from[state];
        }
        int[] filled = from.clone();
        sources = new int[from[calls.size()]];
        Arrays.fill(last, -1);
        forEachLink(table, classes, last, (source, to) -> sources[filled[to]++] = source);
        accepting.stream().forEach(this::mark);
        while (open.size() > 0) {
            int state = open.removeLast();
            for (int i = from[state]; i < from[state + 1]; i++) {
                consider(table, classes, sources[i]);
            }
        }
    }

    static BitSet of(int[] table, int classes, List<int[]> calls, BitSet accepting) {
        return new LiveStates(table, classes, calls, accepting).live;
    }

    private interface Link {
        void of(int source, int target);
    }

    private void forEachLink(int[] table, int classes, int[] last, Link link) {
        for (int state = 0; state < calls.size(); state++) {
            for (int c = 0; c < classes; c++) {
                int target = table[state * classes + c];
                if (target >= 0 && last[target] != state) {
                    last[target] = state;
                    link.of(state, target);
                }
            }
            for (int target : calls.get(state)) {
                link.of(state, target);
            }
        }
    }

    private void consider(int[] table, int classes, int state) {
        if (live.get(state)) {
            return;
        }
        boolean lives = false;
        for (int c = 0; c < classes && !lives; c++) {
            int target = table[state * classes + c];
            lives = target >= 0 && live.get(target);
        }
        int[] pairs = calls.get(state);
        for (int i = 0; i < pairs.length && !lives; i += 2) {
            lives = live.get(pairs[i]) && live.get(pairs[i + 1]);
        }
        if (lives) {
            mark(state);
        }
    }

    private void mark(int state) {
        if (!live.get(state)) {
            live.set(state);
            open.add(state);
        }
    }
}
