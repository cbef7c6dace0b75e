package dev.lilla.train;

import java.util.OptionalInt;

/// How examples are put together.
///
/// @param examples sequences of a step of the optimizer
/// @param microBatchTokens the most tokens that go through the model together; bounds memory, and changes
///     nothing else
///     unless means of micro-batches are averaged
/// @param microBatchExamples the most sequences that go through together
/// @param order of the examples
/// @param poolSteps steps whose examples are sorted by length together, so that a step's examples are alike; 1
///     for none
public record BatchOptions(
        int examples, int microBatchTokens, OptionalInt microBatchExamples, Order order, int poolSteps) {
    public BatchOptions {
        if (examples < 1 || microBatchTokens < 2 || microBatchExamples.orElse(1) < 1 || poolSteps < 1) {
            throw new IllegalArgumentException("a step needs at least 1 example, a micro-batch 2 tokens and 1 example,"
                    + " and a pool 1 step; found " + examples + ", " + microBatchTokens + ", " + microBatchExamples
                    + " and " + poolSteps);
        }
    }

    /// In which order an epoch goes through the examples.
    public enum Order {
        /// At random, another in each epoch.
        SHUFFLED,
        /// As they are in the file.
        FILE
    }

    /// Shuffled, without pools.
    public static BatchOptions of(int examples, int microBatchTokens) {
        return new BatchOptions(examples, microBatchTokens, OptionalInt.empty(), Order.SHUFFLED, 1);
    }
}
