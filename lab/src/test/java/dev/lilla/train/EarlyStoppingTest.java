package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EarlyStoppingTest {
    @Test
    void endsAfterSomeValidationsWithoutImprovement() {
        EarlyStopping state = EarlyStopping.of(2).after(10, 3).after(20, 2);
        assertThat(state.isBest(20)).isTrue();
        assertThat(state.after(30, 2.5).hasEnded()).isFalse();
        assertThat(state.after(30, 2.5).after(40, 2).hasEnded()).isTrue();
        assertThat(state.after(30, 2.5).after(40, 1.9).hasEnded()).isFalse();
        assertThat(state.after(30, 2.5).after(40, 2).bestStep()).isEqualTo(20);
    }

    @Test
    void takesALossThatIsNoNumberForWorse() {
        assertThat(EarlyStopping.of(1).after(10, 3).after(20, Double.NaN).hasEnded())
                .isTrue();
    }

    @Test
    void neverEndsWithoutPatience() {
        EarlyStopping state = EarlyStopping.of(0);
        for (int step = 1; step < 20; step++) {
            state = state.after(step, step);
        }
        assertThat(state.hasEnded()).isFalse();
        assertThat(state.bestStep()).isEqualTo(1);
    }
}
