package dev.lilla.train;

/// The learning rate, for runs of any number of steps.
///
/// @param warmup below 1 a part of all steps, else a number of steps
/// @param floor the lowest rate, as a part of the peak
public record RateOptions(Schedule.Shape shape, double peak, double warmup, double floor) {
    public RateOptions {
        if (!(peak > 0) || !(warmup >= 0)) {
            throw new IllegalArgumentException(
                    "the learning rate is above 0 and the warm-up 0 or more, found " + peak + " and " + warmup);
        }
    }

    /// For a run.
    ///
    /// @param steps of the whole run
    Schedule schedule(int steps) {
        double warmupSteps = warmup < 1 ? Math.ceil(steps * warmup) : warmup;
        return new Schedule(shape, peak, (int) Math.min(steps, warmupSteps), steps, floor);
    }
}
