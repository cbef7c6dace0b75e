package dev.lilla.train;

import java.util.OptionalInt;

/// How to train, whatever the model and the data.
///
/// @param seed of the order of examples, of dropout and of initial values
/// @param epochs how often to go through the examples
/// @param stepsMax ends the run earlier
public record TrainingOptions(
        long seed,
        int epochs,
        OptionalInt stepsMax,
        BatchOptions batch,
        Averaging averaging,
        OptimizerOptions optimizer,
        RateOptions rate,
        Validation validation,
        Saving saving) {
    /// When to validate.
    ///
    /// @param everySteps 0 for at the end of each epoch alone
    /// @param patience validations without improvement after which the run ends; 0 for no end
    public record Validation(int everySteps, int patience) {
        public Validation {
            if (everySteps < 0 || patience < 0) {
                throw new IllegalArgumentException("validation is every 0 or more steps with a patience of 0 or more,"
                        + " found " + everySteps + " and " + patience);
            }
        }
    }

    /// When to save.
    ///
    /// @param everySteps 0 for at the end of each epoch alone
    /// @param keep how many checkpoints stay, beside the best one
    public record Saving(int everySteps, int keep) {
        public Saving {
            if (everySteps < 0 || keep < 1) {
                throw new IllegalArgumentException("checkpoints are every 0 or more steps and at least one is kept,"
                        + " found " + everySteps + " and " + keep);
            }
        }
    }

    public TrainingOptions {
        if (epochs < 1 || stepsMax.orElse(1) < 1) {
            throw new IllegalArgumentException(
                    "a run has at least one epoch and one step, found " + epochs + " and " + stepsMax.orElse(1));
        }
    }

    /// Steps of a run.
    int steps(int stepsPerEpoch) {
        long all = (long) epochs * stepsPerEpoch;
        return (int) Math.min(Math.min(all, Integer.MAX_VALUE), stepsMax.orElse(Integer.MAX_VALUE));
    }
}
