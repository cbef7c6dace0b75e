package dev.lilla.project;

/// What examples are used for.
public enum Part {
    /// Tuning, and showing in prompts.
    TRAIN,
    /// Choosing settings.
    VALIDATION,
    /// Judging.
    TEST
}
