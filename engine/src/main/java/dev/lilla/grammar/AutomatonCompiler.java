package dev.lilla.grammar;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Makes an automaton of a set of rules, and refuses what it could not follow within limits.
final class AutomatonCompiler {
    private final CompileWork work = new CompileWork();
    private final Nfa nfa = new Nfa();
    private final List<String> names;
    private final int[] starts;
    private final int[] ends;
    private final boolean[] mayBeEmpty;

    private AutomatonCompiler(RuleSet rules) {
        // Sorted, so that the same grammar always has the same states.
        names = List.copyOf(new TreeSet<>(rules.rules().keySet()));
        starts = new int[names.size()];
        ends = new int[names.size()];
        mayBeEmpty = new boolean[names.size()];
        Map<String, Integer> index = new HashMap<>();
        names.forEach(name -> index.put(name, index.size()));
        NfaBuilder builder = new NfaBuilder(nfa, index, work);
        for (int rule = 0; rule < names.size(); rule++) {
            String name = names.get(rule);
            starts[rule] = nfa.state();
            ends[rule] = builder.within(name).build(rules.rules().getOrDefault(name, Expression.NOTHING), starts[rule]);
        }
    }

    /// @throws GrammarException if a rule begins with itself, no text follows the rules, or limits are exceeded
    static Automaton compile(RuleSet rules) {
        AutomatonCompiler compiler = new AutomatonCompiler(rules);
        compiler.findEmpty();
        return compiler.automaton(compiler.names.indexOf(rules.root()));
    }

    private void findEmpty() {
        boolean changes = true;
        while (changes) {
            changes = false;
            for (int rule = 0; rule < starts.length; rule++) {
                if (!mayBeEmpty[rule] && passes(rule)) {
                    mayBeEmpty[rule] = true;
                    changes = true;
                }
            }
        }
    }

    /// Whether the end of a rule is reached without a byte.
    private boolean passes(int rule) {
        BitSet seen = new BitSet();
        IntList open = new IntList();
        open.add(starts[rule]);
        while (open.size() > 0) {
            int state = open.removeLast();
            work.add(1);
            if (state == ends[rule]) {
                return true;
            }
            for (int edge = nfa.firstEdge(state); edge >= 0; edge = nfa.nextEdge(edge)) {
                int label = nfa.label(edge);
                boolean free = label == Nfa.EPSILON || (label >= Nfa.CALL && mayBeEmpty[label - Nfa.CALL]);
                if (free && !seen.get(nfa.target(edge))) {
                    seen.set(nfa.target(edge));
                    open.add(nfa.target(edge));
                }
            }
        }
        return false;
    }

    private Automaton automaton(int root) {
        ByteClasses classes = nfa.byteClasses();
        SubsetConstruction subsets = new SubsetConstruction(nfa, classes, mayBeEmpty, work);
        int[] first = new int[starts.length];
        for (int rule = 0; rule < starts.length; rule++) {
            first[rule] = subsets.add(starts[rule], ends[rule]);
        }
        refuseLeftRecursion(first, subsets.calls());
        List<int[]> calls = new ArrayList<>();
        for (int[] pairs : subsets.calls()) {
            int[] resolved = pairs.clone();
            for (int i = 0; i < resolved.length; i += 2) {
                resolved[i] = first[resolved[i]];
            }
            calls.add(resolved);
        }
        Automaton automaton =
                new Automaton(classes, subsets.table(), calls, subsets.accepting(), first[root], mayBeEmpty[root]);
        if (automaton.isEmpty()) {
            throw new GrammarException("no text follows the grammar: rule " + names.get(root)
                    + " has no end, or asks for what excludes itself");
        }
        return automaton;
    }

    /// A rule that begins with itself would be followed forever without a byte.
    private void refuseLeftRecursion(int[] first, List<int[]> calls) {
        int[] color = new int[first.length];
        for (int rule = 0; rule < first.length; rule++) {
            if (color[rule] == 0) {
                visit(rule, first, calls, color);
            }
        }
    }

    private void visit(int root, int[] first, List<int[]> calls, int[] color) {
        IntList path = new IntList();
        IntList at = new IntList();
        path.add(root);
        at.add(0);
        color[root] = 1;
        while (path.size() > 0) {
            int rule = path.get(path.size() - 1);
            int call = at.removeLast();
            int[] pairs = calls.get(first[rule]);
            if (call == pairs.length) {
                color[path.removeLast()] = 2;
                continue;
            }
            at.add(call + 2);
            int callee = pairs[call];
            if (color[callee] == 1) {
                throw new GrammarException("rule " + names.get(callee) + " begins with itself (left recursion), so it "
                        + "could be followed forever. Put what it begins with first, and repeat the rest with * or "
                        + "by calling the rule at the end.");
            }
            if (color[callee] == 0) {
                color[callee] = 1;
                path.add(callee);
                at.add(0);
            }
        }
    }
}
