package dev.lilla.chat;

/// What form an answer must have. An answer is of that form, or there is an error; one that is cut off because it may
/// not get longer says so with [FinishReason#LENGTH].
public sealed interface ResponseFormat {
    /// Any text.
    ResponseFormat TEXT = new Text();

    /// Any text.
    record Text() implements ResponseFormat {}

    /// Any JSON object.
    record JsonObject() implements ResponseFormat {}

    /// JSON that a schema allows.
    ///
    /// @param schema as JSON
    record JsonSchema(String schema) implements ResponseFormat {}

    /// A text that a regular expression matches as a whole.
    record Regex(String pattern) implements ResponseFormat {}

    /// A text that follows a grammar in llama.cpp's notation.
    record Gbnf(String grammar) implements ResponseFormat {}
}
