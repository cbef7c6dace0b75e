package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CandidatesTest {
    /// More than a block of probabilities, and no whole number of them.
    private static final int VOCAB = 1300;

    private final SplittableRandom random = new SplittableRandom(3);
    private final Candidates candidates = new Candidates(VOCAB);

    private float[] logits(double spread) {
        float[] logits = new float[VOCAB];
        for (int i = 0; i < VOCAB; i++) {
            logits[i] = (float) random.nextGaussian(0, spread);
        }
        return logits;
    }

    private void findsEveryTokenThatIsLeft() {
        int[] left = IntStream.range(0, candidates.count()).map(candidates::id).toArray();
        for (int i = 0; i < left.length; i++) {
            assertThat(candidates.indexOf(left[i])).isEqualTo(i);
        }
        int[] sorted = left.clone();
        Arrays.sort(sorted);
        IntStream.range(-2, VOCAB + 2)
                .filter(id -> Arrays.binarySearch(sorted, id) < 0)
                .forEach(id ->
                        assertThat(candidates.indexOf(id)).as("token " + id).isEqualTo(-1));
    }

    @Test
    void findsTokensHoweverFewAreLeft() {
        candidates.reset(logits(2));
        findsEveryTokenThatIsLeft();
        candidates.keepFrom(1);
        findsEveryTokenThatIsLeft();
        candidates.bringForward(5, candidates.max());
        findsEveryTokenThatIsLeft();
    }

    @Test
    void startsAnewWithEveryTokenWhateverWasLeft() {
        List<Runnable> ways = List.of(
                () -> candidates.keepLargest(40),
                () -> candidates.keepFrom(0.5f),
                () -> candidates.bringForward(5, candidates.max()),
                () -> candidates.truncate(3));
        for (int turn = 0; turn < 40; turn++) {
            float[] logits = logits(2);
            candidates.reset(logits);
            assertThat(candidates.count()).isEqualTo(VOCAB);
            for (int i = 0; i < VOCAB; i++) {
                assertThat(candidates.id(i)).isEqualTo(i);
                assertThat(candidates.logit(i)).isEqualTo(logits[i]);
            }
            ways.get(random.nextInt(ways.size())).run();
            ways.get(random.nextInt(ways.size())).run();
        }
    }

    @Test
    void findsTheLargestTheFirstOfEqualsAndWhatIsNoNumber() {
        float[] logits = logits(2);
        logits[300] = 50;
        logits[900] = 50;
        candidates.reset(logits);
        assertThat(candidates.argmax()).isEqualTo(300);
        assertThat(candidates.max()).isEqualTo(50);
        for (int place : new int[] {0, 1, 301, VOCAB - 1}) {
            float[] broken = logits.clone();
            broken[place] = Float.NaN;
            candidates.reset(broken);
            assertThat(candidates.argmax()).isEqualTo(place);
            assertThat(candidates.max()).isNaN();
        }
        Arrays.fill(logits, Float.NEGATIVE_INFINITY);
        candidates.reset(logits);
        assertThat(candidates.argmax()).isZero();
        candidates.keepFrom(0);
        assertThat(candidates.max()).isEqualTo(Float.NEGATIVE_INFINITY);
    }

    /// The token that adding up probabilities one by one comes to.
    @Test
    void drawsWhereTheProbabilitiesPassTheShare() {
        for (double spread : new double[] {0.1, 3, 30}) {
            float[] logits = logits(spread);
            candidates.reset(logits);
            float max = candidates.max();
            double mass = 0;
            for (float logit : logits) {
                mass += Math.exp(logit - max);
            }
            for (int draw = 0; draw < 500; draw++) {
                double share = random.nextDouble();
                double left = share * mass;
                int expected = 0;
                while (left >= Math.exp(logits[expected] - max)) {
                    left -= Math.exp(logits[expected++] - max);
                }
                assertThat(candidates.draw(share, max)).isEqualTo(expected);
            }
        }
    }

    @Test
    void drawsTheLastLikelyOneWhereRoundingLeavesNothing() {
        float[] logits = new float[VOCAB];
        Arrays.fill(logits, Float.NEGATIVE_INFINITY);
        logits[700] = 1;
        logits[900] = 1;
        candidates.reset(logits);
        assertThat(candidates.draw(Math.nextDown(1.0), 1)).isEqualTo(900);
        assertThat(candidates.draw(1, 1)).isIn(700, 900);
        assertThat(candidates.draw(0, 1)).isEqualTo(700);
    }

    @Test
    void bringsForwardWhatSortingWould() {
        for (double spread : new double[] {0.1, 3, 30}) {
            float[] logits = logits(spread);
            Integer[] order = IntStream.range(0, VOCAB).boxed().toArray(Integer[]::new);
            Arrays.sort(order, (a, b) -> Float.compare(logits[b], logits[a]));
            candidates.reset(logits);
            float max = candidates.max();
            double target = 0.9 * candidates.mass(max);
            int taken = candidates.bringForward(target, max);
            double mass = 0;
            for (int i = 0; i < taken; i++) {
                assertThat(candidates.id(i)).isEqualTo(order[i]);
                assertThat(mass).isLessThan(target);
                mass += Math.exp(logits[order[i]] - max);
            }
            assertThat(mass).isGreaterThanOrEqualTo(target * (1 - 1e-9));
            assertThat(candidates.count()).isEqualTo(VOCAB);
        }
    }
}
