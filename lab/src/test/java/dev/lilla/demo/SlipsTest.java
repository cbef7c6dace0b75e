package dev.lilla.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlipsTest {
    private static final String TEXT = "My parcel has not arrived, order AB-17. Thanks, Anna";

    @Test
    void changesALetterOrTwoAndNoNumber() {
        SplittableRandom random = new SplittableRandom(1);
        long changed = IntStream.range(0, 300)
                .mapToObj(_ -> Slips.in(TEXT, random))
                .peek(slipped -> {
                    assertThat(slipped.length()).isBetween(TEXT.length() - 2, TEXT.length() + 2);
                    assertThat(slipped.toLowerCase(Locale.ROOT))
                            .contains("-17. ")
                            .contains(", ");
                })
                .filter(slipped -> !slipped.equalsIgnoreCase(TEXT))
                .count();
        assertThat(changed).isGreaterThan(200);
    }

    @Test
    void leavesOutCapitalsNowAndThen() {
        SplittableRandom random = new SplittableRandom(2);
        long lower = IntStream.range(0, 300)
                .filter(_ -> Slips.in(TEXT, random).startsWith("m"))
                .count();
        assertThat(lower).isBetween(60L, 150L);
    }

    @Test
    void takesATextOfOneLetter() {
        assertThat(Slips.in("A", new SplittableRandom(3))).isIn("A", "a");
    }
}
