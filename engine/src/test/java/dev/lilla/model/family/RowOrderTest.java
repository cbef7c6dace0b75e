package dev.lilla.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RowOrderTest {
    @Nested
    class Interleaving {
        /// `LlamaModel.permute` of llama.cpp's converter: `w.reshape(heads, 2, d / 2).swapaxes(1, 2)`.
        @Test
        void takesTurnsBetweenTheHalvesOfEachHead() {
            assertThat(RowOrder.interleaved(2, 6, 6).toArray()).containsExactly(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11);
        }

        @Test
        void leavesElementsThatAreNotTurned() {
            assertThat(RowOrder.interleaved(1, 8, 4).toArray()).containsExactly(0, 2, 1, 3, 4, 5, 6, 7);
        }

        @Test
        void isUndoneByItsInverse() {
            RowOrder order = RowOrder.interleaved(3, 10, 6);
            assertThat(order.after(order.inverse()).isIdentity(30)).isTrue();
            assertThat(order.inverse().after(order)).isEqualTo(RowOrder.range(0, 30));
        }
    }

    @Nested
    class Choosing {
        @Test
        void takesEverySecondGroup() {
            assertThat(RowOrder.strided(2, 2, 4, 2).toArray()).containsExactly(2, 3, 6, 7);
        }

        @Test
        void appliesOneOrderToWhatAnotherYields() {
            RowOrder second = RowOrder.interleaved(1, 4, 4).after(RowOrder.range(4, 4));
            assertThat(second.toArray()).containsExactly(4, 6, 5, 7);
        }

        @Test
        void isNoIdentityIfRowsAreLeftOut() {
            assertThat(RowOrder.range(0, 4).isIdentity(4)).isTrue();
            assertThat(RowOrder.range(0, 4).isIdentity(5)).isFalse();
            assertThat(RowOrder.range(1, 4).isIdentity(4)).isFalse();
        }

        @Test
        void hasNoInverseIfRowsAreLeftOut() {
            assertThatThrownBy(() -> RowOrder.range(4, 4).inverse()).isInstanceOf(IllegalStateException.class);
        }
    }
}
