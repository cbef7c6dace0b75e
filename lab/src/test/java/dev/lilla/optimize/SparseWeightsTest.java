package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class SparseWeightsTest {
    @Test
    void takesTheSmallestOfARow() {
        float[] row = {0.5f, -0.1f, 2, -3};
        assertThat(new SparseWeights(0.5, Optional.empty()).prune(row, Optional.empty()))
                .isEqualTo(2);
        assertThat(row).containsExactly(0, 0, 2, -3);
    }

    @Test
    void weighsByTheRootOfTheMeanSquareOfInputs() {
        float[] row = {0.5f, -0.1f, 2, -3};
        new SparseWeights(0.5, Optional.empty()).prune(row, Optional.of(new float[] {100, 1e6f, 1, 1}));
        assertThat(row).containsExactly(0.5f, -0.1f, 0, 0);
    }

    @Test
    void refusesSharesThatLeaveNothingOrAll() {
        assertThatThrownBy(() -> new SparseWeights(1, Optional.empty())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SparseWeights(0, Optional.empty())).isInstanceOf(IllegalArgumentException.class);
    }
}
