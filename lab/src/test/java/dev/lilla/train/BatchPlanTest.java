package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchPlanTest {
    private static int[] lengths(int count) {
        Random random = new Random(7);
        return IntStream.range(0, count).map(_ -> 2 + random.nextInt(98)).toArray();
    }

    private static List<Integer> examples(List<BatchPlan.StepExamples> steps) {
        List<Integer> all = new ArrayList<>();
        steps.forEach(step ->
                step.microBatches().forEach(batch -> Arrays.stream(batch).forEach(all::add)));
        return all;
    }

    private static List<List<List<Integer>>> nested(List<BatchPlan.StepExamples> steps) {
        return steps.stream()
                .map(step -> step.microBatches().stream()
                        .map(batch -> Arrays.stream(batch).boxed().toList())
                        .toList())
                .toList();
    }

    @Test
    void takesEveryExampleOnceAnEpoch() {
        for (int pool : new int[] {1, 4, 100}) {
            BatchOptions options = new BatchOptions(8, 256, OptionalInt.empty(), BatchOptions.Order.SHUFFLED, pool);
            BatchPlan plan = new BatchPlan(lengths(101), options, 3);
            List<BatchPlan.StepExamples> steps = plan.epoch(2);
            assertThat(steps).hasSize(13).hasSize(plan.stepsPerEpoch());
            assertThat(examples(steps))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 101).boxed().toList());
            assertThat(steps.subList(0, 12))
                    .allSatisfy(step -> assertThat(step.microBatches().stream()
                                    .mapToInt(batch -> batch.length)
                                    .sum())
                            .isEqualTo(8));
        }
    }

    @Test
    void isAFunctionOfSeedAndEpoch() {
        int[] lengths = lengths(50);
        BatchOptions options = BatchOptions.of(8, 256);
        List<List<List<Integer>>> epoch = nested(new BatchPlan(lengths, options, 3).epoch(1));
        assertThat(nested(new BatchPlan(lengths, options, 3).epoch(1))).isEqualTo(epoch);
        assertThat(nested(new BatchPlan(lengths, options, 3).epoch(2))).isNotEqualTo(epoch);
        assertThat(nested(new BatchPlan(lengths, options, 4).epoch(1))).isNotEqualTo(epoch);
    }

    @Test
    void keepsMicroBatchesWithinTheirTokens() {
        int[] lengths = lengths(200);
        for (BatchPlan.StepExamples step : new BatchPlan(lengths, BatchOptions.of(32, 300), 3).epoch(0)) {
            int total = 0;
            for (int[] batch : step.microBatches()) {
                int tokens = Arrays.stream(batch).map(index -> lengths[index]).sum();
                assertThat(tokens).isLessThanOrEqualTo(300);
                total += tokens;
            }
            // First fit decreasing needs at most 11/9 of the fewest bins, and one more (Johnson, 1973).
            assertThat(step.microBatches().size()).isLessThanOrEqualTo((int) (11.0 / 9 * Math.ceilDiv(total, 300)) + 1);
        }
    }

    @Test
    void goesInTheOrderOfTheFileWithMicroBatchesOfSomeExamples() {
        BatchOptions options = new BatchOptions(4, 1000, OptionalInt.of(2), BatchOptions.Order.FILE, 1);
        assertThat(nested(new BatchPlan(lengths(10), options, 3).epoch(5)))
                .containsExactly(
                        List.of(List.of(0, 1), List.of(2, 3)),
                        List.of(List.of(4, 5), List.of(6, 7)),
                        List.of(List.of(8, 9)));
    }

    @Test
    void sortsPoolsByLength() {
        int[] lengths = lengths(64);
        BatchOptions options = new BatchOptions(8, 1000, OptionalInt.empty(), BatchOptions.Order.SHUFFLED, 8);
        for (BatchPlan.StepExamples step : new BatchPlan(lengths, options, 3).epoch(0)) {
            int[] members = step.microBatches().stream()
                    .flatMapToInt(Arrays::stream)
                    .map(index -> lengths[index])
                    .sorted()
                    .toArray();
            int within = members[members.length - 1] - members[0];
            assertThat(within).isLessThan(40);
        }
    }

    @Test
    void refusesAnExampleThatFitsNowhere() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BatchPlan(new int[] {5, 301}, BatchOptions.of(8, 300), 0))
                .withMessageContaining("301 tokens")
                .withMessageContaining("--micro-batch");
    }
}
