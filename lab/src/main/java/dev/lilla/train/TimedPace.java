package dev.lilla.train;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Plans a run by the time that its steps take, so that the last one ends when its time does.
///
/// A first plan comes from a trial, on a JVM that has not compiled much yet. It is replaced after a tenth of the time,
/// or half of its steps, by what the last steps took, and again whenever it misses the time that is left: when code has
/// become faster still, when others want the processor, and by what validation took. When the time is over, the step
/// before was the last.
public final class TimedPace implements Pace {
    /// The part of the time after which steps are believed.
    private static final double TRIED = 0.1;

    private static final int MEASURED_MIN = 5;

    /// A median of so many differs by a few percent from one of others, as examples are longer and shorter.
    private static final int MEASURED = 32;

    /// A plan stands while it misses less than one step in so many.
    private static final int MISSES = 8;

    /// A plan for the last few steps changes nothing worth it.
    private static final int STEPS_MISSED = 2;

    private final LongSupplier clock;
    private final long started;
    private final long nanos;
    private final int stepsMax;
    private final long[] took = new long[MEASURED];
    private long firstAt;
    private long lastAt;
    private int asked;

    /// Starts the time.
    ///
    /// @param time for the steps and what lies between them
    /// @param stepsMax of the run, whatever the time
    /// @param clock in nanoseconds, as [System#nanoTime]
    public TimedPace(Duration time, int stepsMax, LongSupplier clock) {
        this.clock = clock;
        this.started = clock.getAsLong();
        this.nanos = time.toNanos();
        this.stepsMax = stepsMax;
    }

    @Override
    public Optional<StepPlan.Revision> after(int step, StepPlan plan) {
        long now = clock.getAsLong();
        long left = nanos - (now - started);
        measure(now);
        int planned = plan.steps() - step;
        if (planned == 0) {
            return Optional.empty();
        }
        long aStep = aStep(now);
        if (left <= 0) {
            return Optional.of(new StepPlan.Revision(step, step, Duration.ofNanos(aStep)));
        }
        boolean isTried = now - firstAt >= TRIED * nanos || 2 * step >= plan.steps();
        if (!isTried || asked - 1 < Math.min(MEASURED_MIN, (plan.steps() - 1) / 2)) {
            return Optional.empty();
        }
        int fitting = (int) Math.min(Math.max(0, stepsMax - step), left / aStep);
        boolean misses = Math.abs(fitting - planned) > Math.max(STEPS_MISSED, planned / MISSES);
        boolean isAll = step + fitting == stepsMax && plan.steps() == stepsMax;
        return misses || (plan.revisions().isEmpty() && !isAll)
                ? Optional.of(new StepPlan.Revision(step, step + fitting, Duration.ofNanos(aStep)))
                : Optional.empty();
    }

    /// The first step is left out: its beginning is not known.
    private void measure(long now) {
        if (asked == 0) {
            firstAt = now;
        } else {
            took[(asked - 1) % MEASURED] = now - lastAt;
        }
        lastAt = now;
        asked++;
    }

    /// The median of the last steps, which knows nothing of the few that validation or a checkpoint followed.
    private long aStep(long now) {
        int measured = Math.min(asked - 1, MEASURED);
        if (measured == 0) {
            return Math.max(1, now - started);
        }
        long[] sorted = Arrays.copyOf(took, measured);
        Arrays.sort(sorted);
        return Math.max(1, sorted[measured / 2]);
    }
}
