package dev.lilla.grammar;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// A pushdown automaton over bytes: one deterministic automaton a rule, in common numbering, whose states may also call
/// a rule and go on at another state when it ends. Every state can reach the end of its rule, and no rule takes
/// nothing.
///
/// Immutable once made.
final class Automaton {
    private final ByteClasses classes;
    private final int[] table;
    private final int[][] calls;
    private final BitSet accepting;
    private final int start;
    private final boolean acceptsEmpty;
    private final BitSet last = new BitSet();

    /// @param table next states `[states, classes]`, -1 where there is none; owned by this now
    /// @param calls of each state: pairs of the first state of a rule, and the state after it
    /// @param start of the whole
    /// @param acceptsEmpty whether the empty text counts; the start itself does not accept
    Automaton(ByteClasses classes, int[] table, List<int[]> calls, BitSet accepting, int start, boolean acceptsEmpty) {
        this.classes = classes;
        this.table = table;
        this.calls = calls.toArray(int[][]::new);
        this.accepting = accepting;
        this.start = start;
        this.acceptsEmpty = acceptsEmpty;
        trim();
        for (int state = 0; state < states(); state++) {
            last.set(state, leadsNowhere(state));
        }
    }

    int states() {
        return calls.length;
    }

    ByteClasses classes() {
        return classes;
    }

    int start() {
        return start;
    }

    boolean acceptsEmpty() {
        return acceptsEmpty;
    }

    /// The state after a byte of a class, or -1.
    int next(int state, int byteClass) {
        return table[state * classes.count() + byteClass];
    }

    /// Pairs of the first state of a rule, and the state after it; not to be changed.
    int[] calls(int state) {
        return calls[state];
    }

    /// Whether the rule may end here.
    boolean isAccepting(int state) {
        return accepting.get(state);
    }

    /// Whether nothing can follow within the rule.
    boolean isLast(int state) {
        return last.get(state);
    }

    private boolean leadsNowhere(int state) {
        if (calls[state].length > 0) {
            return false;
        }
        for (int c = 0; c < classes.count(); c++) {
            if (next(state, c) >= 0) {
                return false;
            }
        }
        return true;
    }

    /// Whether no text is accepted at all.
    boolean isEmpty() {
        return !acceptsEmpty && isLast(start);
    }

    /// Removes what leads nowhere.
    private void trim() {
        BitSet alive = LiveStates.of(table, classes.count(), Arrays.asList(calls), accepting);
        for (int i = 0; i < table.length; i++) {
            table[i] = table[i] >= 0 && alive.get(table[i]) ? table[i] : -1;
        }
        for (int state = 0; state < calls.length; state++) {
            int[] pairs = calls[state];
            int kept = 0;
            int[] live = new int[pairs.length];
            for (int i = 0; i < pairs.length; i += 2) {
                if (alive.get(pairs[i]) && alive.get(pairs[i + 1])) {
                    live[kept++] = pairs[i];
                    live[kept++] = pairs[i + 1];
                }
            }
            calls[state] = Arrays.copyOf(live, kept);
        }
    }
}
