package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExponentialTest {
    @Test
    void isExactToTwelveDigits() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 200_000; i++) {
            double x = -random.nextDouble(i % 2 == 0 ? 1 : 690);
            double expected = Math.exp(x);
            assertThat(Exponential.of(x)).as("exp of " + x).isCloseTo(expected, within(2e-12 * expected));
        }
    }

    @Test
    void knowsTheEnds() {
        assertThat(Exponential.of(0)).isEqualTo(1);
        assertThat(Exponential.of(-0.0)).isEqualTo(1);
        assertThat(Exponential.of(-700)).isZero();
        assertThat(Exponential.of(Double.NEGATIVE_INFINITY)).isZero();
    }
}
