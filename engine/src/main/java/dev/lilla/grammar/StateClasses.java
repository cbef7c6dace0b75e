package dev.lilla.grammar;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// States that no token can tell apart: what is reached from them by as many bytes as the longest token has is alike.
/// So the many states of a long counted repetition share what is known of them, but for the last few.
///
/// Moore's partition refinement, ended after that many rounds.
final class StateClasses {
    private StateClasses() {}

    private record Signature(int[] parts) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Signature(int[] theirs) && Arrays.equals(parts, theirs);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(parts);
        }
    }

    /// The lowest state of the class of each state.
    static int[] of(Automaton automaton, int bytesMax) {
        int[] classes = new int[automaton.states()];
        int count = 1;
        for (int round = 0; round <= bytesMax; round++) {
            int[] finer = new int[classes.length];
            Map<Signature, Integer> index = new HashMap<>();
            for (int state = 0; state < finer.length; state++) {
                Signature signature = signature(automaton, state, classes);
                Integer known = index.putIfAbsent(signature, index.size());
                finer[state] = known == null ? index.size() - 1 : known;
            }
            classes = finer;
            if (index.size() == count) {
                break;
            }
            count = index.size();
        }
        int[] first = new int[count];
        Arrays.fill(first, -1);
        int[] representatives = new int[classes.length];
        for (int state = 0; state < classes.length; state++) {
            first[classes[state]] = first[classes[state]] < 0 ? state : first[classes[state]];
            representatives[state] = first[classes[state]];
        }
        return representatives;
    }

    private static Signature signature(Automaton automaton, int state, int[] classes) {
        IntList parts = new IntList();
        parts.add(classes[state]);
        parts.add(automaton.isAccepting(state) ? 1 : 0);
        int last = -1;
        for (int c = 0; c < automaton.classes().count(); c++) {
            int next = automaton.next(state, c);
            int nextClass = next < 0 ? -1 : classes[next];
            if (nextClass != last) {
                parts.add(c);
                parts.add(nextClass);
                last = nextClass;
            }
        }
        int[] calls = automaton.calls(state);
        for (int i = 0; i < calls.length; i += 2) {
            parts.add(-2);
            parts.add(calls[i]);
            parts.add(classes[calls[i + 1]]);
        }
        return new Signature(parts.toArray());
    }
}
