package dev.lilla.train;

/// The learning rate over the steps of a run, as Transformers has it: a peak reached after a warm-up,
/// and a decay towards a floor.
///
/// @param peak the highest rate
/// @param warmup steps to reach it: step `s` of them has `peak * s / warmup`
/// @param steps of the whole run
/// @param floor the lowest rate after the warm-up, as a part of the peak
public record Schedule(Shape shape, double peak, int warmup, int steps, double floor) {
    public Schedule {
        if (!(peak > 0) || warmup < 0 || steps < 1 || warmup > steps || !(floor >= 0 && floor <= 1)) {
            throw new IllegalArgumentException("no schedule: peak " + peak + " (above 0), warm-up " + warmup
                    + " (from 0 to the steps), " + steps + " steps (at least 1), floor " + floor + " (from 0 to 1)");
        }
    }

    /// How the rate falls after the warm-up.
    public sealed interface Shape {
        /// Not at all.
        record Constant() implements Shape {}

        /// In a line; it would reach 0 one step after the last.
        record Linear() implements Shape {}

        /// Along half a cosine (Loshchilov and Hutter, arXiv 1608.03983).
        record Cosine() implements Shape {}

        /// Constant, then in a line (Hägele et al., arXiv 2405.18392).
        ///
        /// @param decay the last part of all steps, from 0 to 1
        record ConstantThenLinear(double decay) implements Shape {
            public ConstantThenLinear {
                if (!(decay > 0 && decay <= 1)) {
                    throw new IllegalArgumentException(
                            "the part of the steps that decays is above 0 and at most 1, found " + decay);
                }
            }
        }
    }

    /// The rate of a step.
    ///
    /// @param step from 1; between two steps where a run has more or fewer than the schedule was made for
    public double rate(double step) {
        if (step <= warmup) {
            return peak * step / warmup;
        }
        double done = step - 1 - warmup;
        int decaying = steps - warmup;
        return switch (shape) {
            case Shape.Constant() -> peak;
            case Shape.Linear() -> floored(left(done, decaying));
            case Shape.Cosine() -> floored(0.5 * (1 + Math.cos(Math.PI * Math.clamp(done / decaying, 0, 1))));
            case Shape.ConstantThenLinear(double decay) -> {
                int last = Math.min(decaying, Math.max(1, (int) Math.round(steps * decay)));
                yield floored(left(done - (decaying - last), last));
            }
        };
    }

    private static double left(double done, int decaying) {
        return Math.clamp((decaying - done) / decaying, 0, 1);
    }

    private double floored(double factor) {
        return peak * (floor + (1 - floor) * factor);
    }
}
