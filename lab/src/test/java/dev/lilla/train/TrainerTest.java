package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
    private static final Map<String, String> FACTS = Map.of("data", "random");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final List<TrainingEvent> events = new ArrayList<>();

    private static TrainingSets sets() {
        return new TrainingSets(TinyRun.examples(14, 1), Optional.of(TinyRun.examples(5, 2)));
    }

    private static TinyRun lora() {
        // With dropout, whose randomness has to go on too.
        return TinyRun.lora(Set.of("q_proj", "v_proj", "down_proj"), 4, 2, 0.1f, OptimizerOptions.standard());
    }

    private static TrainingOptions options(int steps) {
        return TinyRun.options(steps, new TrainingOptions.Validation(3, 0), new TrainingOptions.Saving(2, 2));
    }

    private Trainer.Outcome run(TinyRun run, TrainingOptions options, BooleanSupplier interrupted) {
        Trainer trainer = run.trainer(sets(), options, folder, FACTS);
        trainer.resume();
        return trainer.run(events::add, interrupted);
    }

    /// Everything but times.
    private List<List<Object>> losses() {
        return events.stream()
                .<List<Object>>mapMulti((event, out) -> {
                    if (event instanceof TrainingEvent.Stepped step) {
                        out.accept(List.of(
                                step.step(), step.loss(), step.smoothedLoss(), step.rate(), step.gradientNorm()));
                    } else if (event instanceof TrainingEvent.Validated validated) {
                        out.accept(List.of(validated.step(), validated.loss(), validated.isBest()));
                    }
                })
                .toList();
    }

    private long stepsDone() {
        return events.stream().filter(TrainingEvent.Stepped.class::isInstance).count();
    }

    private List<String> checkpoints() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private static TinyRun muon() {
        OptimizerOptions adam = OptimizerOptions.standard();
        return TinyRun.full(new OptimizerOptions(
                adam.beta1(),
                adam.beta2(),
                adam.epsilon(),
                adam.decay(),
                adam.clip(),
                Optional.of(OptimizerOptions.Muon.STANDARD)));
    }

    private static List<float[]> values(TinyRun run) {
        List<float[]> values = new ArrayList<>();
        for (Slot slot : run.optimizer.slots()) {
            for (int row = 0; row < slot.parameter().values().rows(); row++) {
                float[] numbers = new float[slot.parameter().values().columns()];
                run.backend.read(slot.parameter().values(), row, numbers);
                values.add(numbers);
            }
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void changesNothingByATrial(boolean byMuon, @TempDir Path other) {
        List<float[]> expected;
        try (TinyRun run = byMuon ? muon() : lora()) {
            run.trainer(sets(), options(4), other, FACTS).run(_ -> {}, () -> false);
            expected = values(run);
        }
        try (TinyRun run = byMuon ? muon() : lora()) {
            Trainer trainer = run.trainer(sets(), options(4), folder, FACTS);
            assertThat(trainer.trial()).isPositive();
            trainer.run(events::add, () -> false);
            assertThat(trainer.trial()).isZero();
            assertThat(values(run)).usingRecursiveComparison().isEqualTo(expected);
        }
    }

    @Nested
    class GoesOn {
        @Test
        void withTheSameBitsAfterAnInterruption(@TempDir Path other) {
            List<float[]> expected;
            try (TinyRun run = lora()) {
                Trainer trainer = run.trainer(sets(), options(12), other, FACTS);
                assertThat(trainer.run(events::add, () -> false)).isEqualTo(Trainer.Outcome.FINISHED);
                expected = values(run);
            }
            List<List<Object>> whole = losses();
            events.clear();
            try (TinyRun run = lora()) {
                assertThat(run(run, options(12), () -> stepsDone() == 5)).isEqualTo(Trainer.Outcome.INTERRUPTED);
            }
            try (TinyRun run = lora()) {
                assertThat(run(run, options(12), () -> false)).isEqualTo(Trainer.Outcome.FINISHED);
                assertThat(losses()).isEqualTo(whole);
                assertThat(values(run)).usingRecursiveComparison().isEqualTo(expected);
            }
        }

        @Test
        void withTheSameBitsWithMuon(@TempDir Path other) {
            List<float[]> expected;
            try (TinyRun run = muon()) {
                run.trainer(sets(), options(6), other, FACTS).run(events::add, () -> false);
                expected = values(run);
            }
            events.clear();
            try (TinyRun run = muon()) {
                assertThat(run(run, options(6), () -> stepsDone() == 3)).isEqualTo(Trainer.Outcome.INTERRUPTED);
            }
            try (TinyRun run = muon()) {
                assertThat(run(run, options(6), () -> false)).isEqualTo(Trainer.Outcome.FINISHED);
                assertThat(values(run)).usingRecursiveComparison().isEqualTo(expected);
            }
        }

        @Test
        void fromTheLastCheckpointThatIsWhole() throws IOException {
            try (TinyRun run = lora()) {
                run(run, options(4), () -> false);
            }
            List<List<Object>> whole = losses();
            // What a program leaves that ends while it writes.
            Files.move(folder.resolve("step-00000004"), folder.resolve("partial-step-00000004"));
            Files.delete(folder.resolve("partial-step-00000004/state.json"));
            events.clear();
            try (TinyRun run = lora()) {
                run(run, options(4), () -> false);
            }
            assertThat(losses()).isEqualTo(whole.subList(whole.size() - losses().size(), whole.size()));
            assertThat(stepsDone()).isBetween(1L, 2L);
        }

        @Test
        void butNotWithOtherDataOrOptions() {
            try (TinyRun run = lora()) {
                run(run, options(2), () -> false);
                Trainer other =
                        run.trainer(sets(), options(2), folder, Map.of("data", "other", "learning rate", "0.1"));
                assertThatIllegalArgumentException()
                        .isThrownBy(other::resume)
                        .withMessageContaining("data was random, is other")
                        .withMessageContaining("learning rate was unknown, is 0.1");
            }
        }

        @Test
        void withTheSameBitsByAPlanThatWasMadeMeanwhile(@TempDir Path other) {
            List<float[]> expected;
            StepPlan plan;
            try (TinyRun run = lora()) {
                Trainer trainer = run.trainer(sets(), options(8), other, FACTS);
                trainer.run(events::add, () -> false, TrainerTest::more);
                plan = trainer.stepPlan();
                expected = values(run);
            }
            assertThat(plan.steps()).isEqualTo(13);
            List<List<Object>> whole = losses();
            events.clear();
            // Before and after the plan was made.
            for (int stopped : new int[] {1, 9}) {
                try (TinyRun run = lora()) {
                    Trainer trainer = run.trainer(sets(), options(8), folder, FACTS);
                    trainer.follow(plan);
                    trainer.resume();
                    assertThat(trainer.run(events::add, () -> stepsDone() == stopped))
                            .isEqualTo(Trainer.Outcome.INTERRUPTED);
                }
            }
            try (TinyRun run = lora()) {
                Trainer trainer = run.trainer(sets(), options(8), folder, FACTS);
                trainer.follow(plan);
                trainer.resume();
                assertThat(trainer.run(events::add, () -> false)).isEqualTo(Trainer.Outcome.FINISHED);
                assertThat(losses()).isEqualTo(whole);
                assertThat(values(run)).usingRecursiveComparison().isEqualTo(expected);
            }
        }

        @Test
        void butNotByThePlanOfARunOfOtherSteps() {
            try (TinyRun run = lora()) {
                Trainer trainer = run.trainer(sets(), options(8), folder, FACTS);
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> trainer.follow(StepPlan.of(9)))
                        .withMessageContaining("of 9 steps does not fit one of 8");
            }
        }

        @Test
        void toNoFurtherStepWhenAllAreDone() {
            try (TinyRun run = lora()) {
                run(run, options(3), () -> false);
                events.clear();
                assertThat(run(run, options(3), () -> false)).isEqualTo(Trainer.Outcome.FINISHED);
                assertThat(stepsDone()).isZero();
            }
        }
    }

    /// Thirteen steps, decided after the third.
    private static Optional<StepPlan.Revision> more(int step, StepPlan plan) {
        assertThat(step).isLessThanOrEqualTo(plan.steps());
        return step == 3 ? Optional.of(new StepPlan.Revision(3, 13, Duration.ofMillis(2))) : Optional.empty();
    }

    @Nested
    class PlansMeanwhile {
        private List<Double> rates() {
            return events.stream()
                    .mapMulti((TrainingEvent event, Consumer<Double> out) -> {
                        if (event instanceof TrainingEvent.Stepped step) {
                            out.accept(step.rate());
                        }
                    })
                    .toList();
        }

        @Test
        void soThatTheRateFallsToItsEndWithTheLastStep() {
            try (TinyRun run = lora()) {
                run.trainer(sets(), options(8), folder.resolve("planned"), FACTS)
                        .run(events::add, () -> false);
            }
            List<Double> planned = rates();
            events.clear();
            Path log = folder.resolve("log.jsonl");
            try (TinyRun run = lora();
                    TrainingLog lines = TrainingLog.open(log, 0)) {
                Trainer trainer = run.trainer(sets(), options(8), folder.resolve("more"), FACTS);
                trainer.run(lines.and(events::add), () -> false, TrainerTest::more);
                assertThat(trainer.step()).isEqualTo(13);
            }
            List<Double> more = rates();
            assertThat(planned).hasSize(8);
            assertThat(more).hasSize(13);
            assertThat(more.subList(0, 3)).isEqualTo(planned.subList(0, 3));
            assertThat(more.subList(2, 13)).isSortedAccordingTo(Comparator.reverseOrder());
            assertThat(more.getLast()).isCloseTo(planned.getLast(), within(1e-12));
            assertThat(events)
                    .filteredOn(TrainingEvent.Validated.class::isInstance)
                    .last()
                    .satisfies(event ->
                            assertThat(((TrainingEvent.Validated) event).step()).isEqualTo(13));
            assertThat(TrainingLog.read(log))
                    .filteredOn(line -> line.has("plannedSteps"))
                    .singleElement()
                    .satisfies(line -> {
                        assertThat(line.path("step").intValue()).isEqualTo(3);
                        assertThat(line.path("plannedSteps").intValue()).isEqualTo(13);
                        assertThat(line.path("secondsAStep").doubleValue()).isEqualTo(0.002);
                    });
        }

        @Test
        void andEndsWhereTheTimeIsOver() {
            try (TinyRun run = lora()) {
                Trainer trainer = run.trainer(sets(), options(8), folder, FACTS);
                Pace over = (step, _) -> Optional.of(new StepPlan.Revision(step, step, Duration.ofMillis(2)));
                assertThat(trainer.run(events::add, () -> false, over)).isEqualTo(Trainer.Outcome.FINISHED);
            }
            assertThat(stepsDone()).isEqualTo(1);
            assertThat(events).anyMatch(TrainingEvent.Validated.class::isInstance);
        }
    }

    @Nested
    class Keeps {
        @Test
        void theLastCheckpointsAndTheBest() throws IOException {
            try (TinyRun run = lora()) {
                Trainer trainer = run.trainer(sets(), options(12), folder, FACTS);
                trainer.run(events::add, () -> false);
                int best = events.stream()
                        .filter(event -> event instanceof TrainingEvent.Validated validated && validated.isBest())
                        .mapToInt(event -> ((TrainingEvent.Validated) event).step())
                        .max()
                        .orElseThrow();
                assertThat(checkpoints())
                        .contains("step-00000012", "step-%08d".formatted(best))
                        .hasSizeLessThanOrEqualTo(3)
                        .allMatch(name -> name.startsWith("step-"));
            }
        }

        @Test
        void theParametersOfTheBestValidation() {
            // A rate at which it soon gets worse on what it does not learn.
            try (TinyRun run = lora()) {
                TrainingSets sets = sets();
                TrainingOptions options =
                        TinyRun.options(60, new TrainingOptions.Validation(1, 3), new TrainingOptions.Saving(0, 1));
                Trainer trainer = run.trainer(sets, options, folder, FACTS);
                assertThat(trainer.run(events::add, () -> false)).isEqualTo(Trainer.Outcome.STOPPED_EARLY);
                ExampleSet validation = sets.validation().orElseThrow();
                double last = trainer.evaluate(validation);
                trainer.takeBest();
                double best = trainer.evaluate(validation);
                assertThat(best).isLessThan(last);
                assertThat(trainer.bestLoss()).contains(best);
            }
        }
    }

    @Test
    void hasTheSameGradientsHoweverAStepIsPacked() {
        List<Double> norms = new ArrayList<>();
        for (int tokens : new int[] {24, 60, 200}) {
            try (TinyRun run = TinyRun.full(OptimizerOptions.standard())) {
                TrainingOptions small = options(1);
                TrainingOptions options = new TrainingOptions(
                        small.seed(),
                        1,
                        small.stepsMax(),
                        BatchOptions.of(8, tokens),
                        small.averaging(),
                        small.optimizer(),
                        small.rate(),
                        small.validation(),
                        small.saving());
                run.trainer(sets(), options, folder.resolve("" + tokens), FACTS)
                        .run(
                                event -> {
                                    if (event instanceof TrainingEvent.Stepped step) {
                                        norms.add(step.gradientNorm());
                                    }
                                },
                                () -> false);
            }
        }
        assertThat(norms)
                .hasSize(3)
                .allSatisfy(norm -> assertThat(norm / norms.getFirst()).isBetween(1 - 1e-5, 1 + 1e-5));
    }

    private void assertLossFell() {
        List<TrainingEvent.Stepped> steps = events.stream()
                .filter(TrainingEvent.Stepped.class::isInstance)
                .map(TrainingEvent.Stepped.class::cast)
                .toList();
        assertThat(steps.getLast().smoothedLoss())
                .isLessThan(0.7 * steps.getFirst().loss());
    }

    @Test
    void learnsWhatItIsShown() {
        try (TinyRun run = TinyRun.full(OptimizerOptions.standard())) {
            run.trainer(sets(), options(24), folder, FACTS).run(events::add, () -> false);
        }
        assertLossFell();
    }

    @Test
    void learnsByMatricesWithMuonAndTheRestWithAdamW() {
        try (TinyRun run = muon()) {
            List<String> moments = run.optimizer.slots().stream()
                    .map(slot -> slot.parameter().name() + " " + slot.moments().keySet())
                    .toList();
            assertThat(moments)
                    .contains(
                            "blk.0.attn_q.weight [momentum]",
                            "blk.1.ffn_down.weight [momentum]",
                            "token_embd.weight [first, second]",
                            "blk.0.attn_norm.weight [first, second]",
                            "output.weight [first, second]");
            run.trainer(sets(), options(24), folder, FACTS).run(events::add, () -> false);
        }
        assertLossFell();
    }

    @Test
    void saysThatTrainingDiverged() {
        try (TinyRun run = TinyRun.full(OptimizerOptions.standard())) {
            for (Slot slot : run.optimizer.slots()) {
                float[] row = new float[slot.parameter().values().columns()];
                Arrays.fill(row, Float.NaN);
                run.backend.write(row, slot.parameter().values(), 0);
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> run.trainer(sets(), options(2), folder, FACTS).run(events::add, () -> false))
                    .withMessageContaining("in step 1 the loss is NaN")
                    .withMessageContaining("Lower the learning rate");
        }
    }
}
