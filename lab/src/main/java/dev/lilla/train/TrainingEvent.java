package dev.lilla.train;

import java.nio.file.Path;
import java.time.Duration;

/// What happens in a run, for those who watch.
public sealed interface TrainingEvent {
    /// The run begins, or goes on.
    ///
    /// @param step steps done before
    /// @param steps of the whole run
    record Started(int step, int steps, int stepsPerEpoch) implements TrainingEvent {}

    /// A micro-batch is done; others of the step follow.
    ///
    /// @param step the one under way, from 1
    /// @param done micro-batches of it
    record Advanced(int step, int steps, int done, int microBatches) implements TrainingEvent {}

    /// A step is done.
    ///
    /// @param step from 1
    /// @param epoch epochs done, with the part of the one under way
    /// @param loss mean of the step, in nats a token
    /// @param smoothedLoss mean of the last steps, the last counting most
    /// @param gradientNorm before clipping
    /// @param tokensPerSecond that went through the model in this step
    /// @param left estimate of the time to the end of the run
    record Stepped(
            int step,
            int steps,
            double epoch,
            double loss,
            double smoothedLoss,
            double rate,
            double gradientNorm,
            double tokensPerSecond,
            Duration left)
            implements TrainingEvent {}

    /// The run is to have another number of steps. Heard before the next one, so that a plan which is written down by
    /// then is there for whatever follows from it.
    record Planned(StepPlan plan) implements TrainingEvent {}

    /// The validation set was gone through.
    ///
    /// @param loss mean over its tokens, by weight
    /// @param isBest whether it is the lowest so far
    record Validated(int step, double loss, boolean isBest) implements TrainingEvent {}

    /// A checkpoint is on disk.
    record Saved(int step, Path folder) implements TrainingEvent {}

    /// Hears events on the training thread.
    @FunctionalInterface
    interface Listener {
        void happened(TrainingEvent event);

        /// This one, then another.
        default Listener and(Listener other) {
            return event -> {
                happened(event);
                other.happened(event);
            };
        }
    }
}
