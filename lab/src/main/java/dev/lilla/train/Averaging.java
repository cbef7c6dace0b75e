package dev.lilla.train;

/// What the loss of a step is the mean of, where several micro-batches make a step.
public enum Averaging {
    /// Its tokens, by weight: each counts the same, however they are packed.
    TOKENS,
    /// The means of its micro-batches, as plain accumulation has it: tokens of short micro-batches count more.
    MICRO_BATCHES
}
