package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class TrialTest {
    private static final long MILLI = 1_000_000;

    private long now = 5;
    private int passes;

    /// @param millis that a pass takes, by its number
    private long shortest(IntToLongFunction millis) {
        long shortest = Trial.shortest(() -> now += millis.applyAsLong(++passes) * MILLI, () -> now);
        return shortest / MILLI;
    }

    @Test
    void takesASecondOfWhatIsAsFastAsItGets() {
        assertThat(shortest(_ -> 20)).isEqualTo(20);
        // The second after the first pass, which was the last to be faster than the one before.
        assertThat(passes).isEqualTo(51);
    }

    @Test
    void doesNotBelieveAFirstPassOfMoreThanASecond() {
        assertThat(shortest(pass -> pass == 1 ? 1200 : pass < 4 ? 300 : 120)).isEqualTo(120);
    }

    @Test
    void triesOnceWhatTakesLong() {
        assertThat(shortest(_ -> 60_000)).isEqualTo(60_000);
        assertThat(passes).isEqualTo(1);
    }

    @Test
    void doesNotWaitForeverForCodeThatKeepsGettingFaster() {
        assertThat(shortest(pass -> Math.round(1000 * Math.pow(0.89, pass)))).isBetween(300L, 500L);
        assertThat(now / MILLI).isBetween(5000L, 6000L);
    }
}
