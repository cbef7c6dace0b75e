package dev.lilla.grammar;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns expressions into states and edges, after Thompson.
final class NfaBuilder {
    private final Nfa nfa;
    private final Map<String, Integer> ruleIndex;
    private final CompileWork work;
    private @Nullable String within;

    /// @param ruleIndex rules that may be called, by name
    NfaBuilder(Nfa nfa, Map<String, Integer> ruleIndex, CompileWork work) {
        this.nfa = nfa;
        this.ruleIndex = ruleIndex;
        this.work = work;
    }

    /// Names the rule that is being built, for errors.
    NfaBuilder within(String rule) {
        within = rule;
        return this;
    }

    /// Adds what leads from `start` through the expression.
    ///
    /// @return where it ends
    int build(Expression expression, int start) {
        work.add(1);
        return switch (expression) {
            case Expression.Bytes(int from, int to) -> {
                int end = nfa.state();
                nfa.edge(start, (from << 8) | to, end);
                yield end;
            }
            case Expression.Sequence sequence -> {
                int at = start;
                for (Expression part : sequence.parts()) {
                    at = build(part, at);
                }
                yield at;
            }
            case Expression.Choice choice -> choice(choice, start);
            case Expression.Repeat(Expression body, int min, int max) -> repeat(body, min, max, start);
            case Expression.Call(String rule) -> {
                Integer index = ruleIndex.get(rule);
                if (index == null) {
                    throw new GrammarException(
                            "rule " + within + " calls \"" + rule + "\" where no rule may be called");
                }
                int end = nfa.state();
                nfa.edge(start, Nfa.CALL + index, end);
                yield end;
            }
            case Expression.Both(Expression left, Expression right) -> both(left, right, start);
            case Expression.Network network -> network(network, start);
        };
    }

    private int choice(Expression.Choice choice, int start) {
        int end = nfa.state();
        for (Expression option : choice.options()) {
            if (option instanceof Expression.Bytes(int from, int to)) {
                nfa.edge(start, (from << 8) | to, end);
            } else {
                int begin = nfa.state();
                nfa.edge(start, Nfa.EPSILON, begin);
                nfa.edge(build(option, begin), Nfa.EPSILON, end);
            }
        }
        return end;
    }

    private int repeat(Expression body, int min, int max, int start) {
        int at = start;
        for (int i = 0; i < min; i++) {
            at = fresh(build(body, at));
        }
        int end = nfa.state();
        if (max == Expression.UNBOUNDED) {
            int loop = fresh(at);
            nfa.edge(build(body, loop), Nfa.EPSILON, loop);
            nfa.edge(loop, Nfa.EPSILON, end);
            return end;
        }
        for (int i = min; i < max; i++) {
            nfa.edge(at, Nfa.EPSILON, end);
            at = fresh(build(body, at));
        }
        nfa.edge(at, Nfa.EPSILON, end);
        return end;
    }

    /// A state after `state`: what is repeated takes at least one, so that every repetition meets the cap.
    private int fresh(int state) {
        int next = nfa.state();
        nfa.edge(state, Nfa.EPSILON, next);
        return next;
    }

    private int network(Expression.Network network, int start) {
        int[] states = new int[network.nodes()];
        for (int node = 0; node < states.length; node++) {
            states[node] = nfa.state();
        }
        nfa.edge(start, Nfa.EPSILON, states[0]);
        for (Expression.Edge edge : network.edges()) {
            if (edge.by() instanceof Expression.Bytes(int from, int to)) {
                nfa.edge(states[edge.from()], (from << 8) | to, states[edge.to()]);
            } else {
                nfa.edge(build(edge.by(), fresh(states[edge.from()])), Nfa.EPSILON, states[edge.to()]);
            }
        }
        return fresh(states[states.length - 1]);
    }

    private int both(Expression left, Expression right, int start) {
        Nfa parts = new Nfa();
        NfaBuilder builder = new NfaBuilder(parts, Map.of(), work);
        int leftStart = parts.state();
        int leftEnd = builder.build(left, leftStart);
        int rightStart = parts.state();
        int rightEnd = builder.build(right, rightStart);
        ByteClasses classes = parts.byteClasses();
        SubsetConstruction subsets = new SubsetConstruction(parts, classes, new boolean[0], work);
        Intersection.Side first = Intersection.side(subsets, leftStart, leftEnd);
        Intersection.Side second = Intersection.side(subsets, rightStart, rightEnd);
        return new Intersection(subsets, classes, work).into(nfa, start, first, second);
    }
}
