package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ScheduleTest {
    @Test
    void followsTransformersCosineWithWarmup() {
        JsonNode history = Oracle.json("train/lora-llama-masked/train.json").path("history");
        Schedule schedule = new Schedule(new Schedule.Shape.Cosine(), 0.005, 3, history.size(), 0);
        for (JsonNode step : history) {
            assertThat(schedule.rate(step.path("step").intValue()))
                    .isCloseTo(step.path("lr").doubleValue(), within(1e-9));
        }
    }

    @Test
    void fallsInALineFromThePeakToTheLastStep() {
        Schedule schedule = new Schedule(new Schedule.Shape.Linear(), 1, 2, 12, 0);
        assertThat(schedule.rate(1)).isEqualTo(0.5);
        assertThat(schedule.rate(2)).isEqualTo(1);
        assertThat(schedule.rate(3)).isEqualTo(1);
        assertThat(schedule.rate(4)).isCloseTo(0.9, within(1e-12));
        assertThat(schedule.rate(12)).isCloseTo(0.1, within(1e-12));
    }

    @Test
    void staysAtTheFloor() {
        Schedule schedule = new Schedule(new Schedule.Shape.Linear(), 2, 0, 10, 0.1);
        assertThat(schedule.rate(1)).isEqualTo(2);
        assertThat(schedule.rate(1000)).isCloseTo(0.2, within(1e-12));
        assertThat(new Schedule(new Schedule.Shape.Cosine(), 2, 0, 10, 0.1).rate(1000))
                .isCloseTo(0.2, within(1e-12));
    }

    @Test
    void staysConstantAndThenFalls() {
        Schedule schedule = new Schedule(new Schedule.Shape.ConstantThenLinear(0.2), 1, 1, 10, 0);
        assertThat(schedule.rate(8)).isEqualTo(1);
        assertThat(schedule.rate(9)).isEqualTo(1);
        assertThat(schedule.rate(10)).isCloseTo(0.5, within(1e-12));
        assertThat(new Schedule(new Schedule.Shape.Constant(), 1, 0, 10, 0).rate(10))
                .isEqualTo(1);
    }

    @Test
    void refusesWhatIsNoSchedule() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Schedule(new Schedule.Shape.Constant(), 0, 0, 10, 0))
                .withMessageContaining("peak 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Schedule(new Schedule.Shape.Constant(), 1, 11, 10, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Schedule.Shape.ConstantThenLinear(0));
    }
}
