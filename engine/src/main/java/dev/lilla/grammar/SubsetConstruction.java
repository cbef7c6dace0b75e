package dev.lilla.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Makes rules deterministic: sets of states of an [Nfa] become states. A call is followed like a letter of its own;
/// calls of rules that may be empty are passed over as well, so that what is left of a rule takes at least a byte.
final class SubsetConstruction {
    private final Nfa nfa;
    private final ByteClasses classes;
    private final boolean[] mayBeEmpty;
    private final CompileWork work;
    private final int[] seen;
    private int mark;
    private final IntList open = new IntList();
    private final IntList found = new IntList();
    private final IntList[] byClass;
    private final Map<Subset, Integer> index = new HashMap<>();
    private final List<int[]> members = new ArrayList<>();
    private final List<int[]> rows = new ArrayList<>();
    private final List<int[]> calls = new ArrayList<>();
    private final BitSet accepting = new BitSet();

    private record Subset(int[] states) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Subset(int[] theirs) && Arrays.equals(states, theirs);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(states);
        }
    }

    /// @param mayBeEmpty of each rule
    SubsetConstruction(Nfa nfa, ByteClasses classes, boolean[] mayBeEmpty, CompileWork work) {
        this.nfa = nfa;
        this.classes = classes;
        this.mayBeEmpty = mayBeEmpty;
        this.work = work;
        this.seen = new int[nfa.states()];
        this.byClass = new IntList[classes.count()];
        Arrays.setAll(byClass, _ -> new IntList());
    }

    /// Whether an end is reached without a byte.
    boolean isEmptyAccepted(int start, int end) {
        return Arrays.binarySearch(closure(new int[] {start}, end), end) >= 0;
    }

    /// Adds the states of a rule.
    ///
    /// @param start a state that no edge leads to
    /// @return its first state, which no edge leads back to and which accepts nothing
    int add(int start, int end) {
        int[] reached = closure(new int[] {start}, end);
        if (Arrays.binarySearch(reached, start) < 0) {
            // Tells the first state from any that an edge leads back to.
            reached = Arrays.copyOf(reached, reached.length + 1);
            reached[reached.length - 1] = start;
            Arrays.sort(reached);
        }
        int first = state(reached, end);
        accepting.clear(first);
        for (int state = first; state < rows.size(); state++) {
            expand(state, end);
        }
        return first;
    }

    /// The transitions of all states: `[states, classes]`, -1 where there is none.
    int[] table() {
        int[] table = new int[rows.size() * classes.count()];
        for (int state = 0; state < rows.size(); state++) {
            System.arraycopy(rows.get(state), 0, table, state * classes.count(), classes.count());
        }
        return table;
    }

    /// The calls of each state: pairs of a rule, and the state after it.
    List<int[]> calls() {
        return calls;
    }

    BitSet accepting() {
        return accepting;
    }

    private void expand(int state, int end) {
        int[] row = rows.get(state);
        TreeMap<Integer, IntList> byRule = new TreeMap<>();
        for (int member : members.get(state)) {
            for (int edge = nfa.firstEdge(member); edge >= 0; edge = nfa.nextEdge(edge)) {
                int label = nfa.label(edge);
                if (Nfa.isBytes(label)) {
                    int last = classes.classOf()[Nfa.lastByte(label)];
                    for (int c = classes.classOf()[Nfa.firstByte(label)]; c <= last; c++) {
                        byClass[c].add(nfa.target(edge));
                        work.add(1);
                    }
                } else if (label >= Nfa.CALL) {
                    byRule.computeIfAbsent(label - Nfa.CALL, _ -> new IntList()).add(nfa.target(edge));
                }
            }
        }
        members.set(state, new int[0]);
        Map<Subset, Integer> known = new HashMap<>();
        for (int c = 0; c < row.length; c++) {
            row[c] = byClass[c].size() == 0 ? -1 : target(byClass[c].toArray(), end, known);
            byClass[c].clear();
        }
        IntList pairs = new IntList();
        byRule.forEach((rule, targets) -> {
            pairs.add(rule);
            pairs.add(target(targets.toArray(), end, known));
        });
        calls.set(state, pairs.toArray());
    }

    private int target(int[] targets, int end, Map<Subset, Integer> known) {
        Arrays.sort(targets);
        Subset key = new Subset(targets);
        Integer state = known.get(key);
        if (state == null) {
            state = state(closure(targets, end), end);
            known.put(key, state);
        }
        return state;
    }

    private int state(int[] subset, int end) {
        Subset key = new Subset(subset);
        Integer known = index.get(key);
        if (known != null) {
            return known;
        }
        int id = rows.size();
        if (id >= GrammarLimits.STATES_MAX || (long) (id + 1) * classes.count() > GrammarLimits.TABLE_ENTRIES_MAX) {
            throw new GrammarException("the grammar needs more than " + id + " states of " + classes.count()
                    + " kinds of bytes. Make lengths and repetitions smaller.");
        }
        index.put(key, id);
        members.add(subset);
        rows.add(new int[classes.count()]);
        calls.add(new int[0]);
        accepting.set(id, Arrays.binarySearch(subset, end) >= 0);
        return id;
    }

    /// The states reached without taking anything, sorted; only those that lead on or end the rule.
    private int[] closure(int[] from, int end) {
        mark++;
        open.clear();
        found.clear();
        for (int state : from) {
            reach(state);
        }
        while (open.size() > 0) {
            int state = open.removeLast();
            work.add(1);
            boolean matters = state == end;
            for (int edge = nfa.firstEdge(state); edge >= 0; edge = nfa.nextEdge(edge)) {
                int label = nfa.label(edge);
                matters |= label != Nfa.EPSILON;
                if (label == Nfa.EPSILON || (label >= Nfa.CALL && mayBeEmpty[label - Nfa.CALL])) {
                    reach(nfa.target(edge));
                }
            }
            if (matters) {
                found.add(state);
            }
        }
        int[] states = found.toArray();
        Arrays.sort(states);
        return states;
    }

    private void reach(int state) {
        if (seen[state] != mark) {
            seen[state] = mark;
            open.add(state);
        }
    }
}
