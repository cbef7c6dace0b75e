package dev.lilla.grammar;

import dev.lilla.grammar.Expression.Bytes;
import dev.lilla.grammar.Expression.Edge;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/// The bytes of a set of characters in UTF-8, as a network whose equal parts are shared: a class such as all letters
/// takes some hundred nodes in place of thousands.
///
/// The last byte of a character stands for 6 bits of it, so the characters that share what comes before it are one word
/// of a bit set.
final class Utf8Network {
    private static final int WORDS = (Character.MAX_CODE_POINT + 1) / 64;
    private static final int START = 0;
    private static final int NONE = -1;

    private final long[] words;
    private final List<Edge> edges = new ArrayList<>();
    private final Map<Long, Integer> lastNodes = new HashMap<>();
    private final Map<List<Integer>, Integer> innerNodes = new HashMap<>();
    /// The end has no number until all others have theirs; edges to it are kept apart.
    private final List<Edge> ending = new ArrayList<>();

    private int nodes = 1;

    Utf8Network(CodePointSet set) {
        words = Arrays.copyOf(set.words(), WORDS);
    }

    Expression expression() {
        addRanges(START, 0, 127, c -> isMember(c) ? 0 : NONE, ending);
        addRanges(START, 0xC2, 0xDF, lead -> last(lead & 0x1F), edges);
        addRanges(START, 0xE0, 0xEF, lead -> third((lead & 0xF) << 6), edges);
        addRanges(START, 0xF0, 0xF4, lead -> fourth((lead & 7) << 12), edges);
        if (edges.isEmpty()) {
            return new Expression.Choice(ending.stream().map(Edge::by).toList());
        }
        List<Edge> all = new ArrayList<>(edges);
        ending.forEach(edge -> all.add(new Edge(edge.from(), edge.by(), nodes)));
        return new Expression.Network(nodes + 1, all);
    }

    private boolean isMember(int c) {
        return (words[c >> 6] >>> c & 1) != 0;
    }

    /// The node before the last byte of the characters of a word.
    private int last(int word) {
        long members = word < WORDS ? words[word] : 0;
        if (members == 0) {
            return NONE;
        }
        Integer known = lastNodes.get(members);
        if (known == null) {
            known = nodes++;
            lastNodes.put(members, known);
            addRanges(known, 0x80, 0xBF, b -> (members >>> b & 1) != 0 ? 0 : NONE, ending);
        }
        return known;
    }

    /// The node before the last two bytes of the characters of 64 words.
    private int third(int firstWord) {
        return inner(b -> {
            int word = firstWord + (b & 0x3F);
            // What fits in two bytes is not written in three.
            return word < 0x800 / 64 ? NONE : last(word);
        });
    }

    /// The node before the last three bytes.
    private int fourth(int firstWord) {
        return inner(b -> {
            int word = firstWord + ((b & 0x3F) << 6);
            return word < 0x10000 / 64 || word >= WORDS ? NONE : third(word);
        });
    }

    private int inner(IntUnaryOperator target) {
        List<Integer> targets = new ArrayList<>(64);
        boolean isEmpty = true;
        for (int b = 0x80; b <= 0xBF; b++) {
            int node = target.applyAsInt(b);
            targets.add(node);
            isEmpty &= node == NONE;
        }
        if (isEmpty) {
            return NONE;
        }
        Integer known = innerNodes.get(targets);
        if (known == null) {
            known = nodes++;
            innerNodes.put(targets, known);
            addRanges(known, 0x80, 0xBF, b -> targets.get(b & 0x3F), edges);
        }
        return known;
    }

    /// Adds an edge for each stretch of bytes with the same target.
    private static void addRanges(int from, int first, int last, IntUnaryOperator target, List<Edge> into) {
        int begin = first;
        int current = target.applyAsInt(first);
        for (int b = first + 1; b <= last + 1; b++) {
            int next = b <= last ? target.applyAsInt(b) : NONE;
            if (b > last || next != current) {
                if (current != NONE) {
                    into.add(new Edge(from, new Bytes(begin, b - 1), current));
                }
                begin = b;
                current = next;
            }
        }
    }
}
