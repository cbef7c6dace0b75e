package dev.lilla.train;

import java.util.Optional;

/// Says, while a run goes, whether it is to have another number of steps.
@FunctionalInterface
public interface Pace {
    /// It has those that were planned.
    Pace AS_PLANNED = (_, _) -> Optional.empty();

    /// Is asked after each step, on the training thread.
    ///
    /// @param step steps done
    /// @return a new plan, if there is to be one
    Optional<StepPlan.Revision> after(int step, StepPlan plan);
}
