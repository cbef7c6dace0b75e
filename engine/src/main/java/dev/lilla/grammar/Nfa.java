package dev.lilla.grammar;

import java.util.Arrays;

/// States and edges of all rules before subsets are formed: a growing arena with caps.
final class Nfa {
    /// The label of an edge that takes nothing.
    static final int EPSILON = -1;
    /// Labels from here on call a rule; below they are `from << 8 | to` of a byte.
    static final int CALL = 1 << 16;

    private int[] firstEdge = new int[1024];
    private int[] label = new int[1024];
    private int[] target = new int[1024];
    private int[] nextEdge = new int[1024];
    private int states;
    private int edges;

    int states() {
        return states;
    }

    int state() {
        if (states >= GrammarLimits.NFA_STATES_MAX) {
            throw new GrammarException("the grammar needs more than " + GrammarLimits.NFA_STATES_MAX
                    + " states: a repetition or a length is too large. Make its bounds smaller.");
        }
        if (states == firstEdge.length) {
            firstEdge = Arrays.copyOf(firstEdge, 2 * states);
        }
        firstEdge[states] = -1;
        return states++;
    }

    void edge(int from, int by, int to) {
        if (edges == label.length) {
            label = Arrays.copyOf(label, 2 * edges);
            target = Arrays.copyOf(target, 2 * edges);
            nextEdge = Arrays.copyOf(nextEdge, 2 * edges);
        }
        label[edges] = by;
        target[edges] = to;
        nextEdge[edges] = firstEdge[from];
        firstEdge[from] = edges++;
    }

    /// The first edge of a state, or -1.
    int firstEdge(int state) {
        return firstEdge[state];
    }

    /// The next edge of the same state, or -1.
    int nextEdge(int edge) {
        return nextEdge[edge];
    }

    int label(int edge) {
        return label[edge];
    }

    int target(int edge) {
        return target[edge];
    }

    static boolean isBytes(int label) {
        return label >= 0 && label < CALL;
    }

    static int firstByte(int label) {
        return label >> 8;
    }

    static int lastByte(int label) {
        return label & 0xFF;
    }

    /// Which bytes no edge tells apart.
    ByteClasses byteClasses() {
        boolean[] begins = new boolean[257];
        for (int edge = 0; edge < edges; edge++) {
            if (isBytes(label[edge])) {
                begins[firstByte(label[edge])] = true;
                begins[lastByte(label[edge]) + 1] = true;
            }
        }
        return ByteClasses.of(begins);
    }
}
