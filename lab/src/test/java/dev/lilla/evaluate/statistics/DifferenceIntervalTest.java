package dev.lilla.evaluate.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DifferenceIntervalTest {
    private static Interval of(int first, int ofFirst, int second, int ofSecond) {
        return DifferenceInterval.of(
                (double) first / ofFirst,
                Wilson.interval(first, ofFirst),
                (double) second / ofSecond,
                Wilson.interval(second, ofSecond));
    }

    /// Newcombe 1998, table II, method 10.
    @ParameterizedTest
    @CsvSource({
        "56, 70, 48, 80, 0.0524, 0.3339",
        "9, 10, 3, 10, 0.1705, 0.8090",
        "6, 7, 2, 7, 0.0582, 0.8062",
        "5, 56, 0, 29, -0.0381, 0.1926",
        "0, 10, 0, 10, -0.2775, 0.2775",
        "10, 10, 0, 10, 0.6075, 1.0000",
    })
    void hasTheFiguresOfThePaper(int first, int ofFirst, int second, int ofSecond, double low, double high) {
        Interval interval = of(first, ofFirst, second, ofSecond);
        assertThat(interval.low()).isCloseTo(low, within(5e-5));
        assertThat(interval.high()).isCloseTo(high, within(5e-5));
    }

    /// Where nothing has changed, one check in forty says so.
    @Test
    void findsALossWhereThereIsNoneInOneOfFortyCases() {
        SplittableRandom random = new SplittableRandom(3);
        int alarms = 0;
        int trials = 20_000;
        for (int i = 0; i < trials; i++) {
            if (of(hits(random, 200, 0.9), 200, hits(random, 60, 0.9), 60).low() > 0) {
                alarms++;
            }
        }
        assertThat((double) alarms / trials).isBetween(0.005, 0.032);
    }

    @Test
    void findsARealLossMostOfTheTime() {
        SplittableRandom random = new SplittableRandom(4);
        int found = 0;
        for (int i = 0; i < 1000; i++) {
            if (of(hits(random, 200, 0.9), 200, hits(random, 100, 0.7), 100).low() > 0) {
                found++;
            }
        }
        assertThat(found).isGreaterThan(900);
    }

    @Test
    void refusesAValueOutsideOfItsInterval() {
        assertThatThrownBy(() -> DifferenceInterval.of(0.9, new Interval(0.1, 0.2, "x"), 0.5, new Interval(0, 1, "x")))
                .hasMessageContaining("0.9 lies outside");
    }

    private static int hits(SplittableRandom random, int trials, double share) {
        int hits = 0;
        for (int i = 0; i < trials; i++) {
            hits += random.nextDouble() < share ? 1 : 0;
        }
        return hits;
    }
}
