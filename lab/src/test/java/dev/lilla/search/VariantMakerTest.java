package dev.lilla.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.project.Tongue;
import dev.lilla.train.StepPlan;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class VariantMakerTest {
    private static String text(double epochs, StepPlan plan, Tongue tongue) {
        return VariantMaker.stepsText(new Tuner.Outcome.Tuned(Path.of("adapter"), epochs, plan), tongue);
    }

    @Test
    void saysHowManyStepsWerePlannedAndDone() {
        StepPlan plan = StepPlan.of(590);
        assertThat(text(5, plan, Tongue.ENGLISH)).isEqualTo("5.0 epochs in 590 steps, as planned");
        StepPlan measured = plan.with(new StepPlan.Revision(93, 910, Duration.ofMillis(84)));
        assertThat(text(4.04, measured, Tongue.ENGLISH))
                .isEqualTo("4.0 epochs in 910 steps; planned were 590 by a trial, then 910 by steps of 84 ms");
        StepPlan last = measured.with(new StepPlan.Revision(200, 930, Duration.ofMillis(83)))
                .with(new StepPlan.Revision(700, 949, Duration.ofMillis(81)));
        assertThat(text(4.22, last, Tongue.SWEDISH))
                .isEqualTo("4.2 varv i 949 steg; planerade var 590 efter ett prov, sedan 910 efter steg på 84 ms,"
                        + " till sist 949 efter steg på 81 ms");
    }
}
