package dev.lilla.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A part of a grammar over bytes: what all kinds of sources become.
sealed interface Expression {
    /// The empty text.
    Expression EMPTY = new Sequence(List.of());

    /// No text at all.
    Expression NOTHING = new Choice(List.of());

    /// No bound to a repetition.
    int UNBOUNDED = Integer.MAX_VALUE;

    /// One byte, `from` to `to`, both inclusive.
    record Bytes(int from, int to) implements Expression {}

    /// One after the other.
    record Sequence(List<Expression> parts) implements Expression {
        public Sequence {
            parts = List.copyOf(parts);
        }
    }

    /// One of several.
    record Choice(List<Expression> options) implements Expression {
        public Choice {
            options = List.copyOf(options);
        }
    }

    /// The same `min` to `max` times.
    record Repeat(Expression body, int min, int max) implements Expression {}

    /// What a rule says; rules may call each other and themselves.
    record Call(String rule) implements Expression {}

    /// A text that both allow. Neither may call rules.
    record Both(Expression left, Expression right) implements Expression {}

    /// A network of nodes, which begins at node 0 and ends at the last one.
    record Network(int nodes, List<Edge> edges) implements Expression {
        public Network {
            edges = List.copyOf(edges);
        }
    }

    /// A way from one node of a network to another.
    record Edge(int from, Expression by, int to) {}

    static Expression sequence(Expression... parts) {
        return new Sequence(List.of(parts));
    }

    static Expression choice(Expression... options) {
        return new Choice(List.of(options));
    }

    static Expression optional(Expression body) {
        return new Repeat(body, 0, 1);
    }

    /// A text as it stands.
    static Expression text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<Expression> parts = new ArrayList<>(bytes.length);
        for (byte b : bytes) {
            parts.add(new Bytes(b & 0xFF, b & 0xFF));
        }
        return parts.size() == 1 ? parts.getFirst() : new Sequence(parts);
    }

    /// One of some ASCII characters: pairs of first and last, as in `azAZ09`.
    static Expression ascii(String ranges) {
        List<Expression> options = new ArrayList<>();
        for (int i = 0; i < ranges.length(); i += 2) {
            options.add(new Bytes(ranges.charAt(i), ranges.charAt(i + 1)));
        }
        return options.size() == 1 ? options.getFirst() : new Choice(options);
    }
}
