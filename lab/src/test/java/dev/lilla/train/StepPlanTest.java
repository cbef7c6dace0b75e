package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StepPlanTest {
    private static StepPlan.Revision revision(int after, int steps) {
        return new StepPlan.Revision(after, steps, Duration.ofMillis(80));
    }

    @Test
    void isTheScheduleItselfUntilThereIsALaterPlan() {
        for (int steps : new int[] {1, 7, 590, 949, 1_000_003}) {
            StepPlan plan = StepPlan.of(steps);
            assertThat(plan.steps()).isEqualTo(steps);
            assertThat(IntStream.rangeClosed(1, Math.min(steps, 2000))).allMatch(step -> plan.place(step) == step);
            assertThat(plan.place(steps)).isEqualTo(steps);
        }
    }

    @Test
    void staysTheScheduleItselfWhereTheLaterPlanIsTheSame() {
        StepPlan plan = StepPlan.of(590).with(revision(61, 590));
        assertThat(IntStream.rangeClosed(1, 590)).allMatch(step -> plan.place(step) == step);
    }

    @Test
    void comesToTheEndOfTheScheduleWithItsLastStep() {
        StepPlan more = StepPlan.of(590).with(revision(60, 949));
        StepPlan fewer = more.with(revision(500, 700));
        assertThat(more.place(949)).isCloseTo(590, within(1e-9));
        assertThat(fewer.steps()).isEqualTo(700);
        assertThat(fewer.place(700)).isCloseTo(590, within(1e-9));
        Schedule schedule = new Schedule(new Schedule.Shape.Linear(), 1, 18, 590, 0);
        assertThat(schedule.rate(fewer.place(700))).isCloseTo(schedule.rate(590), within(1e-12));
        double before = 0;
        for (int step = 1; step <= 700; step++) {
            assertThat(fewer.place(step)).isGreaterThan(before);
            before = fewer.place(step);
        }
    }

    @Test
    void changesNothingOfTheStepsThatWereDone() {
        StepPlan plan = StepPlan.of(100);
        StepPlan later = plan.with(revision(40, 60));
        StepPlan ended = later.with(revision(50, 50));
        assertThat(IntStream.rangeClosed(1, 40)).allMatch(step -> later.place(step) == step);
        assertThat(IntStream.rangeClosed(1, 50)).allMatch(step -> ended.place(step) == later.place(step));
        assertThat(later.place(41)).isCloseTo(43, within(1e-12));
        assertThat(ended.steps()).isEqualTo(50);
    }

    @Test
    void refusesWhatIsNoPlan() {
        assertThatIllegalArgumentException().isThrownBy(() -> StepPlan.of(0));
        StepPlan plan = StepPlan.of(100).with(revision(40, 60));
        assertThatIllegalArgumentException().isThrownBy(() -> plan.with(revision(40, 70)));
        assertThatIllegalArgumentException().isThrownBy(() -> plan.with(revision(61, 70)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan.with(revision(50, 49)))
                .withMessageContaining("no plan: of 60 steps 50 were done");
    }
}
