package dev.lilla.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.generate.LocalModelOptions;
import dev.lilla.project.Project;
import dev.lilla.search.Tuner.Outcome.Interrupted;
import dev.lilla.search.Tuner.Outcome.Tuned;
import dev.lilla.train.StepPlan;
import dev.lilla.train.TrainingEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tunes the small model that comes with Lilla on a few tickets, on a clock on which steps take minutes: a trial finds
/// that all steps fit, and the steps themselves say another thing.
class TunerTest {
    private static final Path MODEL =
            Path.of("..", "models", "lilla-demo-s.gguf").toAbsolutePath().normalize();
    private static final int LOGS = 40;
    private static final int EPOCHS = 8;

    /// Steps of eight examples, a tenth of them set aside.
    private static final int STEPS_MAX = 5 * EPOCHS;

    private static final Duration TIME = Duration.ofMinutes(60);

    @TempDir
    private Path folder;

    private PartFiles parts;
    private long now;
    private final int[] done = {0};
    private final TrainingEvent.Listener counting = event -> {
        if (event instanceof TrainingEvent.Stepped step) {
            done[0] = step.step();
        }
    };

    @BeforeEach
    void writeTickets() throws IOException {
        TicketFiles.write(folder, LOGS, 4);
        Project project = Project.parse(folder.resolve("lilla.yaml"), """
                name: tickets
                goal: {task: generate, metric: edit_similarity, minimum_quality: 0.1}
                data: {train: train.jsonl, test: test.jsonl, columns: {id: id}}
                """);
        parts = PartFiles.write(project, folder.resolve("data"));
    }

    /// @param seconds that a step takes, by its number
    private Tuner.Outcome tune(
            String out, IntToLongFunction seconds, TrainingEvent.Listener listener, BooleanSupplier interrupted) {
        TrainingEvent.Listener ticking = event -> {
            if (event instanceof TrainingEvent.Stepped step) {
                now += Duration.ofSeconds(seconds.applyAsLong(step.step())).toNanos();
            }
        };
        Tuner tuner = new Tuner(parts, LocalModelOptions.defaults().host(), EPOCHS, () -> now);
        return tuner.tune(MODEL, folder.resolve(out), TIME, ticking.and(listener), interrupted);
    }

    private Tuned tune(String out, IntToLongFunction seconds) {
        return (Tuned) tune(out, seconds, _ -> {}, () -> false);
    }

    @Test
    void plansByTheTimeThatStepsTake() {
        Tuned tuned = tune("tuned", _ -> 150);
        assertThat(tuned.plan().first()).isEqualTo(STEPS_MAX);
        assertThat(tuned.plan().steps()).isEqualTo(24);
        assertThat(tuned.plan().revisions()).containsExactly(new StepPlan.Revision(6, 24, Duration.ofSeconds(150)));
        assertThat(tuned.epochs()).isEqualTo(24.0 / 5);
        assertThat(Duration.ofNanos(now)).isEqualTo(TIME);
    }

    @Test
    void doesNotPlanFewerStepsForSlowFirstOnes() {
        Tuned tuned = tune("tuned", step -> step <= 3 ? 180 : 95);
        // Three steps of three minutes, and as many of 95 seconds as fit into the 51 that are left.
        assertThat(tuned.plan().steps()).isEqualTo(3 + 51 * 60 / 95);
        assertThat(tuned.adapter().resolve("adapter_config.json")).isRegularFile();
    }

    @Test
    void takesAllStepsWhereTheyFit() {
        Tuned tuned = tune("tuned", _ -> 2);
        assertThat(tuned.plan()).isEqualTo(StepPlan.of(STEPS_MAX));
        assertThat(tuned.epochs()).isEqualTo(EPOCHS);
    }

    @Test
    void goesOnByThePlanThatItHadWithTheSameBits() throws IOException {
        Path early = folder.resolve("early");
        Files.createDirectories(early.resolve("checkpoints"));
        // What is left of a run that is killed when it has planned.
        TrainingEvent.Listener copying = event -> {
            if (event instanceof TrainingEvent.Planned) {
                copy(folder.resolve("whole").resolve("steps.txt"), early.resolve("steps.txt"));
            }
        };
        Tuned whole = (Tuned) tune("whole", _ -> 150, copying, () -> false);

        // On machines of another speed.
        Tuned afterKilling = tune("early", _ -> 3);
        assertThat(tune("late", _ -> 150, counting, () -> done[0] == 13)).isInstanceOf(Interrupted.class);
        Tuned afterStopping = tune("late", _ -> 400);

        for (Tuned again : List.of(afterKilling, afterStopping)) {
            assertThat(again.plan()).isEqualTo(whole.plan());
            assertThat(again.epochs()).isEqualTo(whole.epochs());
            assertThat(again.adapter().resolve("adapter_model.safetensors"))
                    .hasSameBinaryContentAs(whole.adapter().resolve("adapter_model.safetensors"));
        }
        assertThat(tune("whole", _ -> 1).plan()).isEqualTo(whole.plan());
    }

    @Test
    void plansWhatWasStoppedBeforeItWasMeasured() {
        assertThat(tune("tuned", _ -> 150, counting, () -> done[0] == 2)).isInstanceOf(Interrupted.class);
        now = 0;
        Tuned tuned = tune("tuned", _ -> 200);
        assertThat(tuned.plan().first()).isEqualTo(STEPS_MAX);
        assertThat(tuned.plan().steps()).isEqualTo(2 + 60 * 60 / 200);
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
