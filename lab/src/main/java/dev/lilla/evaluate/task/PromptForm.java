package dev.lilla.evaluate.task;

import java.util.Optional;

/// How a row becomes a prompt.
///
/// @param system the system message of a chat
/// @param question what is asked
/// @param layout as a chat, as plain text, or as the model is used to
/// @param answerDelimiter between a question and its answer in plain text
/// @param shotDelimiter between examples in plain text
public record PromptForm(
        Optional<Template> system, Template question, Layout layout, String answerDelimiter, String shotDelimiter) {
    /// How a prompt is laid out.
    public enum Layout {
        /// A chat where the model has a chat template, else text.
        MODEL,
        CHAT,
        TEXT
    }
}
