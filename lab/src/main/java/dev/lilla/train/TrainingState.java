package dev.lilla.train;

/// The counters of a run: with the parameters and the moments all it takes to go on.
///
/// @param step steps done
/// @param validation which was the best
/// @param smoothedLoss of the steps done, the last counting most; not a number before the first
/// @param tokens gone through
record TrainingState(int step, EarlyStopping validation, double smoothedLoss, long tokens) {
    /// How much of the smoothed loss the last step is, once there have been some.
    private static final double SMOOTHING = 0.1;

    static TrainingState start(int patience) {
        return new TrainingState(0, EarlyStopping.of(patience), Double.NaN, 0);
    }

    TrainingState stepped(double loss, long stepTokens) {
        // The mean of all at first, so that the first step does not hang on.
        double share = Math.max(SMOOTHING, 1.0 / (step + 1));
        double smoothed = step == 0 ? loss : smoothedLoss + share * (loss - smoothedLoss);
        return new TrainingState(step + 1, validation, smoothed, tokens + stepTokens);
    }

    TrainingState validated(double loss) {
        return new TrainingState(step, validation.after(step, loss), smoothedLoss, tokens);
    }
}
