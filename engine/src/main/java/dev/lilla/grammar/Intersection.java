package dev.lilla.grammar;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/// The texts that two expressions without calls have in common: the product of their deterministic states.
final class Intersection {
    private final int[] table;
    private final BitSet accepting;
    private final ByteClasses classes;
    private final CompileWork work;
    private final Map<Long, Integer> states = new HashMap<>();
    private final ArrayDeque<Long> open = new ArrayDeque<>();

    /// One of the two.
    ///
    /// @param first its first state
    record Side(int first, boolean acceptsEmpty) {}

    /// @param subsets holds both sides
    Intersection(SubsetConstruction subsets, ByteClasses classes, CompileWork work) {
        this.table = subsets.table();
        this.accepting = subsets.accepting();
        this.classes = classes;
        this.work = work;
    }

    static Side side(SubsetConstruction subsets, int start, int end) {
        boolean acceptsEmpty = subsets.isEmptyAccepted(start, end);
        return new Side(subsets.add(start, end), acceptsEmpty);
    }

    /// Adds the product to an arena.
    ///
    /// @return where it ends
    int into(Nfa nfa, int start, Side left, Side right) {
        int end = nfa.state();
        nfa.edge(start, Nfa.EPSILON, state(left.first(), right.first(), nfa));
        if (left.acceptsEmpty() && right.acceptsEmpty()) {
            nfa.edge(start, Nfa.EPSILON, end);
        }
        while (!open.isEmpty()) {
            long pair = open.remove();
            int first = (int) (pair >> 32);
            int second = (int) pair;
            int from = state(first, second, nfa);
            if (accepting.get(first) && accepting.get(second)) {
                nfa.edge(from, Nfa.EPSILON, end);
            }
            work.add(classes.count());
            for (int c = 0; c < classes.count(); c++) {
                int nextFirst = table[first * classes.count() + c];
                int nextSecond = table[second * classes.count() + c];
                if (nextFirst >= 0 && nextSecond >= 0) {
                    int label = (classes.firstByte()[c] << 8) | classes.lastByte(c);
                    nfa.edge(from, label, state(nextFirst, nextSecond, nfa));
                }
            }
        }
        return end;
    }

    private int state(int first, int second, Nfa nfa) {
        long pair = ((long) first << 32) | second;
        Integer known = states.get(pair);
        if (known == null) {
            known = nfa.state();
            states.put(pair, known);
            open.add(pair);
        }
        return known;
    }
}
