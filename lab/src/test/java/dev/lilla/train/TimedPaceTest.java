package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs on a clock of their own, on which steps take as long as the test says.
class TimedPaceTest {
    private static final long MILLI = 1_000_000;
    private static final Duration TIME = Duration.ofSeconds(80);
    private static final int STEPS_MAX = 5000;

    private long now = 17;
    private StepPlan plan = StepPlan.of(590);

    /// Trains until the plan is at its end.
    ///
    /// @param millis that a step takes, by its number
    private void run(int stepsMax, IntToLongFunction millis) {
        TimedPace pace = new TimedPace(TIME, stepsMax, () -> now);
        for (int step = 1; step <= plan.steps(); step++) {
            now += millis.applyAsLong(step) * MILLI;
            Optional<StepPlan.Revision> revision = pace.after(step, plan);
            revision.ifPresent(later -> plan = plan.with(later));
        }
    }

    private Duration took() {
        return Duration.ofNanos(now - 17);
    }

    @Test
    void fillsTheTimeThatATrialThoughtTooShort() {
        run(STEPS_MAX, _ -> 80);
        assertThat(plan.steps()).isEqualTo(1000);
        assertThat(plan.revisions()).containsExactly(new StepPlan.Revision(101, 1000, Duration.ofMillis(80)));
        assertThat(took()).isEqualTo(TIME);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7, 20, 50})
    void plansAgainBeforeAPlanEndsThatWasFarTooShort(int first) {
        plan = StepPlan.of(first);
        run(STEPS_MAX, _ -> 80);
        assertThat(plan.revisions().getFirst().after()).isLessThan(first);
        assertThat(plan.steps()).isEqualTo(1000);
    }

    @Test
    void losesNoMoreToSlowFirstStepsThanTheTimeTheyTook() {
        // Half of what is tried is four times slower: 20 steps of 320 ms, then 80 ms.
        run(STEPS_MAX, step -> step <= 20 ? 320 : 80);
        assertThat(plan.steps()).isEqualTo((80_000 - 20 * 320) / 80 + 20);
        assertThat(took()).isEqualTo(TIME);
    }

    @Test
    void findsOutThatCodeHasBecomeFasterAfterItWasTried() {
        // At a tenth of the time steps still take twice as long as later on.
        run(STEPS_MAX, step -> step <= 100 ? 160 : 80);
        assertThat(plan.revisions().getFirst().aStep()).isEqualTo(Duration.ofMillis(160));
        assertThat(plan.steps()).isBetween(898, 900);
        assertThat(took()).isBetween(TIME.minusMillis(2 * 80), TIME);
    }

    @Test
    void takesFewerStepsWhereOthersWantTheProcessor() {
        run(STEPS_MAX, step -> step <= 500 ? 80 : 200);
        assertThat(plan.steps()).isBetween(698, 701);
        assertThat(took()).isBetween(TIME.minusMillis(400), TIME.plusMillis(200));
    }

    @Test
    void leavesThePlanAloneWhileStepsDifferAsExamplesDo() {
        Random random = new Random(3);
        run(STEPS_MAX, _ -> 70 + random.nextInt(21));
        assertThat(plan.revisions().size()).isBetween(1, 3);
        assertThat(plan.steps()).isBetween(970, 1030);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void exceedsItsTimeByNoMoreThanAStep(long seed) {
        Random random = new Random(seed);
        int[] speed = {40};
        long[] last = new long[1];
        run(STEPS_MAX, step -> {
            if (random.nextInt(40) == 0) {
                speed[0] = 10 + random.nextInt(300);
            }
            // Now and then validation, as long as many steps.
            last[0] = speed[0] + (step % 225 == 0 ? 2000L : 0);
            return last[0];
        });
        assertThat(took()).isLessThan(TIME.plusMillis(last[0]));
        assertThat(took()).isGreaterThan(TIME.minusMillis(4 * 310));
    }

    @Test
    void endsWithTheStepInWhichTheTimeRanOut() {
        run(STEPS_MAX, step -> step == 300 ? 600_000 : 80);
        assertThat(plan.steps()).isEqualTo(300);
        plan = StepPlan.of(20);
        run(STEPS_MAX, _ -> 200_000);
        assertThat(plan.steps()).isEqualTo(1);
    }

    @Test
    void neverTakesMoreStepsThanTheEpochsHave() {
        run(600, _ -> 80);
        assertThat(plan.steps()).isEqualTo(600);
        plan = StepPlan.of(400);
        run(600, _ -> 80);
        assertThat(plan.steps()).isEqualTo(600);
    }

    @Test
    void isNotAskedForWhereTheTimeIsLong() {
        plan = StepPlan.of(600);
        run(600, _ -> 5);
        assertThat(plan).isEqualTo(StepPlan.of(600));
    }
}
