package dev.lilla.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DivergenceSumsTest {
    @Test
    void measuresWhatTheDefinitionsSay() {
        DivergenceSums sums = new DivergenceSums(2, 2);
        add(sums, 0.75, 0.5, 0);
        add(sums, 0.25, 0.25, 1);
        Divergence.Result result = sums.result();
        double first = 0.75 * Math.log(0.75 / 0.5) + 0.25 * Math.log(0.25 / 0.5);
        assertThat(result.tokens()).isEqualTo(2);
        assertThat(result.divergence()).isCloseTo(first / 2, within(1e-6));
        assertThat(result.divergence99()).isCloseTo(first, within(1e-6));
        assertThat(result.lossChange()).isCloseTo(Math.log(0.75 / 0.5) / 2, within(1e-6));
        assertThat(result.perplexity()).isCloseTo(Math.exp(-(Math.log(0.5) + Math.log(0.75)) / 2), within(1e-6));
        // Equal logits: the first counts as the most likely, as it is in the reference.
        assertThat(result.agreement()).isEqualTo(1);
    }

    private static void add(DivergenceSums sums, double expected, double found, int target) {
        sums.expected()[0] = (float) Math.log(expected) + 3;
        sums.expected()[1] = (float) Math.log(1 - expected) + 3;
        sums.found()[0] = (float) Math.log(found);
        sums.found()[1] = (float) Math.log(1 - found);
        sums.add(target);
    }
}
