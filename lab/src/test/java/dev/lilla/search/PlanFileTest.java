package dev.lilla.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.train.StepPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanFileTest {
    @TempDir
    private Path run;

    @Test
    void givesBackWhatItWasGiven() {
        PlanFile file = PlanFile.in(run);
        assertThat(file.read()).isEmpty();
        StepPlan plan = StepPlan.of(590);
        file.write(plan);
        assertThat(file.read()).contains(plan);
        plan = plan.with(new StepPlan.Revision(93, 949, Duration.ofNanos(81_300_417)))
                .with(new StepPlan.Revision(700, 760, Duration.ofMillis(2081)));
        file.write(plan);
        assertThat(file.read()).contains(plan);
        assertThat(file.path()).hasContent("590\n949 after 93 of 0.081300417 s\n760 after 700 of 2.081000000 s\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "many", "0", "590\n949", "590\n949 after 600 of 0.08 s"})
    void isNothingWhereItSaysNoPlan(String text) throws IOException {
        PlanFile file = PlanFile.in(run);
        Files.writeString(file.path(), text);
        assertThat(file.read()).isEmpty();
    }

    @Test
    void readsAPlanOfOneNumber() throws IOException {
        PlanFile file = PlanFile.in(run);
        Files.writeString(file.path(), "225");
        assertThat(file.read()).contains(StepPlan.of(225));
    }
}
