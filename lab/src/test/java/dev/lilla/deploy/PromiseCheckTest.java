package dev.lilla.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.decision.Criterion;
import dev.lilla.decision.DecisionRecord.CriterionRecord;
import dev.lilla.decision.DecisionRecord.Quality;
import dev.lilla.decision.DecisionRecord.VariantRecord;
import dev.lilla.deploy.PromiseCheck.Held;
import dev.lilla.evaluate.run.Evaluation;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.Prices;
import dev.lilla.evaluate.run.RunStore;
import dev.lilla.evaluate.run.Subject;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.Outcome;
import dev.lilla.evaluate.task.Task;
import dev.lilla.evaluate.task.TaskFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Checks of models whose answers and times are known.
class PromiseCheckTest {
    private static final double MINIMUM = 0.8;
    private static final double LIMIT_MILLIS = 1000;

    @TempDir
    private Path folder;

    /// Answers so many examples right, and is late with so many.
    private record Known(int right, int late) implements Subject {
        @Override
        public String name() {
            return "known";
        }

        @Override
        public String digest() {
            return right + " " + late;
        }

        @Override
        public Map<String, String> enginePath() {
            return Map.of();
        }

        @Override
        public boolean hasChat() {
            return true;
        }

        @Override
        public long diskBytes() {
            return 1000;
        }

        @Override
        public void answer(Task task, List<Example> examples, Answers answers, BooleanSupplier cancelled) {
            for (int i = 0; i < examples.size(); i++) {
                long nanos = i < late ? 3_000_000_000L : 10_000_000L;
                Outcome.Cost cost = new Outcome.Cost(10, 0, 2, nanos / 2, nanos, true, false);
                answers.take(i, Outcome.written(i < right ? "yes" : "no", cost));
            }
        }

        @Override
        public void close() {}
    }

    private Result evaluate(int examples, int right, int late) throws IOException, InterruptedException {
        StringBuilder rows = new StringBuilder("text,answer\n");
        for (int i = 0; i < examples; i++) {
            rows.append("question ").append(i).append(",yes\n");
        }
        Files.writeString(folder.resolve("rows.csv"), rows);
        Path task = Files.writeString(folder.resolve("task.yaml"), """
                kind: generate
                data: rows.csv
                prompt: "{{text}}"
                expected: "{{answer}}"
                metrics: [exact_match]
                """);
        try (RunStore store = RunStore.open(folder.resolve("runs.db"))) {
            return new Evaluation(TaskFile.read(task), examples, new Bootstrap(1, 500))
                    .run(new Known(right, late), store, (_, _, _) -> {}, () -> false)
                    .orElseThrow();
        }
    }

    private static VariantRecord promised(double quality, Criterion.Verdict verdict) {
        return new VariantRecord(
                "known",
                "x.gguf",
                "0",
                List.of(),
                Optional.empty(),
                new Quality(quality, quality - 0.05, quality + 0.04),
                10,
                10,
                OptionalDouble.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                1000,
                0,
                List.of(
                        new CriterionRecord(Criterion.Kind.QUALITY, MINIMUM, quality, verdict),
                        new CriterionRecord(Criterion.Kind.LATENCY_P95, LIMIT_MILLIS, 10, Criterion.Verdict.MET)),
                true,
                true,
                Optional.empty());
    }

    private PromiseCheck check(int examples, int right, int late) throws IOException, InterruptedException {
        return PromiseCheck.of(promised(0.9, Criterion.Verdict.MET), evaluate(examples, right, late), Prices.assumed());
    }

    private static Standing standing(PromiseCheck check, Criterion.Kind kind) {
        return check.criteria().stream()
                .filter(held -> held.kind() == kind)
                .map(Held::standing)
                .findFirst()
                .orElseThrow();
    }

    @Nested
    class QualityOfAnswers {
        @Test
        void holdsWhereItIsAsPromised() throws IOException, InterruptedException {
            PromiseCheck check = check(200, 182, 0);
            assertThat(check.holds()).isTrue();
            assertThat(standing(check, Criterion.Kind.QUALITY)).isEqualTo(Standing.MET);
            assertThat(check.drop().value()).isCloseTo(-0.01, within(1e-9));
        }

        @Test
        void isUnsettledAfterAFewUnluckyExamples() throws IOException, InterruptedException {
            PromiseCheck check =
                    PromiseCheck.of(promised(0.85, Criterion.Verdict.MET), evaluate(20, 15, 0), Prices.assumed());
            assertThat(check.now().quality()).isLessThan(MINIMUM);
            assertThat(standing(check, Criterion.Kind.QUALITY)).isEqualTo(Standing.UNSETTLED);
            assertThat(check.holds()).isTrue();
        }

        @Test
        void isMissedWhereTheWholeIntervalIsBelow() throws IOException, InterruptedException {
            PromiseCheck check = check(200, 130, 0);
            assertThat(standing(check, Criterion.Kind.QUALITY)).isEqualTo(Standing.MISSED);
            assertThat(check.holds()).isFalse();
        }

        @Test
        void isBelowThePromiseThoughItIsEnough() throws IOException, InterruptedException {
            PromiseCheck check =
                    PromiseCheck.of(promised(0.96, Criterion.Verdict.MET), evaluate(400, 345, 0), Prices.assumed());
            assertThat(standing(check, Criterion.Kind.QUALITY)).isEqualTo(Standing.MET);
            assertThat(check.drop().isSignificant()).isTrue();
            assertThat(check.holds()).isFalse();
        }

        @Test
        void isNotAskedOfWhatWasOverruled() throws IOException, InterruptedException {
            PromiseCheck check =
                    PromiseCheck.of(promised(0.65, Criterion.Verdict.FAILED), evaluate(200, 130, 0), Prices.assumed());
            assertThat(standing(check, Criterion.Kind.QUALITY)).isEqualTo(Standing.NOT_PROMISED);
            assertThat(check.holds()).isTrue();
        }
    }

    @Nested
    class TimeOfAnswers {
        @Test
        void isUnsettledWhereOneIsLate() throws IOException, InterruptedException {
            PromiseCheck check = check(16, 16, 1);
            assertThat(check.now().answerP95()).isGreaterThan(10);
            assertThat(standing(check, Criterion.Kind.LATENCY_P95)).isNotEqualTo(Standing.MISSED);
            assertThat(check.holds()).isTrue();
        }

        @Test
        void isMissedWhereManyAreLate() throws IOException, InterruptedException {
            PromiseCheck check = check(16, 16, 4);
            assertThat(standing(check, Criterion.Kind.LATENCY_P95)).isEqualTo(Standing.MISSED);
            assertThat(check.holds()).isFalse();
        }
    }
}
