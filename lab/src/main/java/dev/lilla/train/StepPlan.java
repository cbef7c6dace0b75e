package dev.lilla.train;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How many steps a run has: as it was planned before the first one, and again while it went.
///
/// The learning rate follows the schedule of the first plan, faster or slower after each later one, so that it comes to
/// its end with the last step, whichever that is. What a step does follows from the plan and its number alone: a run
/// that is given its plan again repeats it bit for bit.
///
/// @param first steps that were planned before the first one
/// @param revisions later plans, in their order
public record StepPlan(int first, List<Revision> revisions) {
    /// A later plan.
    ///
    /// @param after steps that were done
    /// @param steps of the whole run from then on
    /// @param aStep what a step took
    public record Revision(int after, int steps, Duration aStep) {}

    public StepPlan {
        revisions = List.copyOf(revisions);
        int done = 0;
        int steps = first;
        for (Revision revision : revisions) {
            if (revision.after() <= done || revision.after() > steps || revision.steps() < revision.after()) {
                throw new IllegalArgumentException("no plan: of " + steps + " steps " + revision.after()
                        + " were done, after " + done + " before, and then there were to be " + revision.steps());
            }
            done = revision.after();
            steps = revision.steps();
        }
        if (first < 1) {
            throw new IllegalArgumentException("a plan has at least one step, found " + first);
        }
    }

    /// A run of so many steps.
    public static StepPlan of(int steps) {
        return new StepPlan(steps, List.of());
    }

    /// The same with a later plan.
    public StepPlan with(Revision revision) {
        List<Revision> all = new ArrayList<>(revisions);
        all.add(revision);
        return new StepPlan(first, all);
    }

    /// Steps of the whole run, by the last plan.
    public int steps() {
        return revisions.isEmpty() ? first : revisions.getLast().steps();
    }

    /// Where a step stands in the schedule of the first plan: the step itself until there is a later one, and always
    /// the end of the schedule for the last step.
    ///
    /// @param step from 1
    double place(int step) {
        double place = 0;
        int done = 0;
        int steps = first;
        for (Revision revision : revisions) {
            if (revision.after() >= step) {
                break;
            }
            place += (revision.after() - done) * ((first - place) / (steps - done));
            done = revision.after();
            steps = revision.steps();
        }
        return place + (step - done) * ((first - place) / (steps - done));
    }
}
