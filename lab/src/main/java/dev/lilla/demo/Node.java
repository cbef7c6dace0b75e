package dev.lilla.demo;

import java.util.List;

/// A part of a sentence skeleton.
sealed interface Node {
    /// Text as it stands.
    record Literal(String text) implements Node {}

    /// A name of the world or a rule of the grammar: `{product}`.
    record Slot(String name) implements Node {}

    /// A whole number, both ends included: `{2..9}`.
    record Range(int first, int last) implements Node {}

    /// One of several: `(yet|so far|)`.
    record Choice(List<List<Node>> options) implements Node {
        public Choice {
            options = List.copyOf(options);
        }
    }
}
