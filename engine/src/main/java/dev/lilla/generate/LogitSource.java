package dev.lilla.generate;

/// The rows of logits that one sequence asked for, first to last.
@FunctionalInterface
interface LogitSource {
    /// Row `index`; valid, and free to be changed, until the next one is asked for.
    float[] row(int index);
}
