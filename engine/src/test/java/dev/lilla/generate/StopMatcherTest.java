package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StopMatcherTest {
    @Test
    void holdsBackWhatMayBecomeAStopString() {
        StopMatcher matcher = new StopMatcher(List.of("\nUser:"));
        assertThat(matcher.append("Hello\n")).isEqualTo("Hello");
        assertThat(matcher.append("Us")).isEmpty();
        assertThat(matcher.append("eful")).isEqualTo("\nUseful");
        assertThat(matcher.append("\nUser: x")).isEmpty();
        assertThat(matcher.isStopped()).isTrue();
        assertThat(matcher.append("more")).isEmpty();
        assertThat(matcher.finish()).isEmpty();
    }

    @Test
    void givesOutWhatWasHeldWhenTheTextEnds() {
        StopMatcher matcher = new StopMatcher(List.of("END"));
        assertThat(matcher.append("the EN")).isEqualTo("the ");
        assertThat(matcher.finish()).isEqualTo("EN");
    }

    @Test
    void stopsAtTheEarliestOfSeveral() {
        StopMatcher matcher = new StopMatcher(List.of("long stop", "op"));
        assertThat(matcher.append("a long stop")).isEqualTo("a ");
    }

    @Test
    void findsTheSameEndHoweverTheTextIsCut() {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 2000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 30; i++) {
                text.append((char) ('a' + random.nextInt(2)));
            }
            List<String> stops = List.of("abba", "bbbb", "aab");
            int end = stops.stream()
                    .mapToInt(text::indexOf)
                    .filter(i -> i >= 0)
                    .min()
                    .orElse(text.length());
            StopMatcher matcher = new StopMatcher(stops);
            StringBuilder given = new StringBuilder();
            for (int from = 0; from < text.length(); ) {
                int to = Math.min(text.length(), from + 1 + random.nextInt(4));
                given.append(matcher.append(text.substring(from, to)));
                from = to;
            }
            given.append(matcher.finish());
            // Stop strings that overlap may be found in another order when one of them is complete earlier.
            assertThat(text.toString()).startsWith(given.toString());
            assertThat(matcher.isStopped()).isEqualTo(end < text.length());
            assertThat(given.length()).isGreaterThanOrEqualTo(end);
        }
    }

    @Test
    void refusesAnEmptyStopString() {
        assertThatThrownBy(() -> new StopMatcher(List.of(""))).isInstanceOf(IllegalArgumentException.class);
    }
}
