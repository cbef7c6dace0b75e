package dev.lilla.serve.text;

import java.util.UUID;

/// A part of what a model answers.
public sealed interface AnswerPart {
    /// What it says.
    record Text(String text) implements AnswerPart {}

    /// What it thinks before it says something.
    record Thought(String text) implements AnswerPart {}

    /// A call of a tool, whole and as the tool's schema wants it.
    ///
    /// @param id what the result is sent back under
    /// @param arguments a JSON object
    record Call(String id, String name, String arguments) implements AnswerPart {
        /// @param id what the model calls it; empty for one that no other call has
        static Call of(String id, String name, String arguments) {
            return new Call(id.isEmpty() ? newId() : id, name, arguments);
        }
    }

    /// An id that no other call has.
    static String newId() {
        return "call_" + UUID.randomUUID().toString().replace("-", "");
    }
}
