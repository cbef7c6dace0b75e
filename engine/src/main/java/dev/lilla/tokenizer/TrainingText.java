package dev.lilla.tokenizer;

/// A text that a vocabulary is trained on.
public record TrainingText(String text, Use use) {
    /// What a model that uses the vocabulary will do with such a text.
    public enum Use {
        /// Only reads it: a prompt.
        READ,
        /// Learns to write it: an answer, or plain text.
        WRITTEN
    }
}
