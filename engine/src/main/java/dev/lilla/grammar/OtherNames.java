package dev.lilla.grammar;

import dev.lilla.grammar.Expression.Edge;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/// Any name but some, in JSON's shortest spelling: a tree of these names, which is left for good at the first character
/// that leads to none of them.
final class OtherNames {
    /// Children by character, of each node of the tree; the root is the first.
    private final List<TreeMap<Integer, Integer>> children = new ArrayList<>();

    private final List<Boolean> isName = new ArrayList<>();

    private OtherNames() {
        node();
    }

    static Expression than(Set<String> names) {
        OtherNames tree = new OtherNames();
        names.forEach(tree::add);
        return tree.network();
    }

    private int node() {
        children.add(new TreeMap<>());
        isName.add(false);
        return children.size() - 1;
    }

    private void add(String name) {
        int at = 0;
        for (int c : name.codePoints().toArray()) {
            at = children.get(at).computeIfAbsent(c, _ -> node());
        }
        isName.set(at, true);
    }

    private Expression network() {
        int free = children.size();
        int end = free + 1;
        List<Edge> edges = new ArrayList<>();
        Expression any = CharacterEncoding.JSON.expression(CodePointSet.all());
        for (int node = 0; node < free; node++) {
            CodePointSet others = CodePointSet.all();
            int from = node;
            children.get(node).forEach((c, child) -> {
                CodePointSet only = CodePointSet.of(c);
                others.removeAll(only);
                edges.add(new Edge(from, CharacterEncoding.JSON.expression(only), child));
            });
            edges.add(new Edge(
                    node, children.get(node).isEmpty() ? any : CharacterEncoding.JSON.expression(others), free));
            if (!isName.get(node)) {
                edges.add(new Edge(node, Expression.EMPTY, end));
            }
        }
        edges.add(new Edge(free, any, free));
        edges.add(new Edge(free, Expression.EMPTY, end));
        return new Expression.Network(end + 1, edges);
    }
}
