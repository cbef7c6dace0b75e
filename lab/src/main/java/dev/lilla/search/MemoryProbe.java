package dev.lilla.search;

import dev.lilla.evaluate.run.MemoryTrial;
import java.util.function.BooleanSupplier;

/// Measures what a variant takes where nothing else has been: a process that searches has tuned and evaluated others,
/// and what Java took for that it keeps.
@FunctionalInterface
public interface MemoryProbe {
    /// What came of a measurement.
    sealed interface Outcome {
        /// @param peakBytes the most that was resident
        record Measured(long peakBytes) implements Outcome {}

        /// @param why in a few words that follow a colon
        record Unmeasured(String why) implements Outcome {}

        /// It was cancelled, and nothing of it goes on.
        record Interrupted() implements Outcome {}
    }

    /// Does the trial in a process of its own, and waits for it.
    ///
    /// @param cancelled asked again and again meanwhile
    Outcome measure(MemoryTrial trial, BooleanSupplier cancelled) throws InterruptedException;

    /// Starts nothing.
    ///
    /// @param why that is
    static MemoryProbe none(String why) {
        return (_, _) -> new Outcome.Unmeasured(why);
    }
}
