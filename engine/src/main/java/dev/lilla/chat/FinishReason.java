package dev.lilla.chat;

/// Why an answer ended.
public enum FinishReason {
    /// The model ended it, or a stop string was found.
    STOP,
    /// It reached the most tokens it may have, or the end of the context.
    LENGTH,
    /// Whoever asked no longer wants it.
    CANCELLED,
    /// It took longer than it may.
    DEADLINE
}
