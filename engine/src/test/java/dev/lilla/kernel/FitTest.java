package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.kernel.AffineFit.Deviation;
import java.util.Arrays;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FitTest {
    @Nested
    class Affine {
        private final AffineFit fit = new AffineFit(16, 15, -1, 20, Deviation.SQUARED);
        private final byte[] levels = new byte[16];

        @Test
        void findsTheLineThatValuesLieOn() {
            float[] values = new float[16];
            for (int i = 0; i < 16; i++) {
                values[i] = 0.25f * i - 1.5f;
            }
            fit.fit(values, 0, levels, 0);
            assertThat(fit.scale()).isCloseTo(0.25f, within(1e-6f));
            assertThat(fit.min()).isCloseTo(1.5f, within(1e-5f));
            assertThat(levels).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        }

        @Test
        void subtractsNothingFromPositiveValues() {
            float[] values = new float[16];
            Arrays.fill(values, 3);
            values[5] = 6;
            fit.fit(values, 0, levels, 0);
            assertThat(fit.min()).isZero();
            assertThat(fit.scale() * levels[5]).isCloseTo(6, within(0.2f));
        }

        @Test
        void givesZerosNoScale() {
            levels[3] = 9;
            fit.fit(new float[16], 0, levels, 0);
            assertThat(fit.scale()).isZero();
            assertThat(fit.min()).isEqualTo(0);
            assertThat(levels).containsOnly(0);
        }

        @Test
        void staysWithinItsLevels() {
            float[] values = new float[40];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (Math.sin(i) * Math.exp(0.2 * i));
            }
            fit.fit(values, 24, levels, 0);
            for (byte level : levels) {
                assertThat(level).isBetween((byte) 0, (byte) 15);
            }
        }
    }

    @Nested
    class Symmetric {
        @ParameterizedTest
        @CsvSource({"4", "32"})
        void findsTheScaleThatValuesAreMultiplesOf(int bound) {
            float[] values = new float[16];
            for (int i = 0; i < 16; i++) {
                values[i] = 0.125f * ((i * 5) % (2 * bound) - bound);
            }
            byte[] levels = new byte[16];
            assertThat(SymmetricFit.scan(values, 0, bound, levels, 0)).isCloseTo(0.125f, within(1e-6f));
            for (int i = 0; i < 16; i++) {
                assertThat(0.125f * (levels[i] - bound)).isEqualTo(values[i]);
            }
            assertThat(SymmetricFit.descend(values, 0, bound, levels, 0)).isCloseTo(0.125f, within(1e-6f));
        }

        @Test
        void treatsNextToNothingAsZero() {
            float[] values = new float[16];
            values[2] = 1e-16f;
            byte[] levels = new byte[16];
            levels[7] = 3;
            assertThat(SymmetricFit.scan(values, 0, 32, levels, 0)).isZero();
            assertThat(levels).containsOnly(0);
            assertThat(SymmetricFit.descend(values, 0, 4, levels, 0)).isZero();
        }

        /// Moving single levels may only raise the correlation that scaling the extreme value starts from.
        @Test
        void descendsToACloserFitThanItBeganWith() {
            float[] values = new float[16];
            for (int i = 0; i < 16; i++) {
                values[i] = (float) Math.sin(2.3 * i + 1);
            }
            byte[] levels = new byte[16];
            float scale = SymmetricFit.descend(values, 0, 4, levels, 0);
            double fitted = 0;
            double plain = 0;
            float extreme = 0;
            for (float value : values) {
                extreme = Math.abs(value) > Math.abs(extreme) ? value : extreme;
            }
            float start = extreme / -4;
            for (int i = 0; i < 16; i++) {
                float weight = values[i] * values[i];
                fitted += weight * Math.pow(values[i] - scale * (levels[i] - 4), 2);
                plain += weight * Math.pow(values[i] - start * SymmetricFit.level(values[i] / start, 4), 2);
            }
            assertThat(fitted).isLessThan(plain);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0", "1.5, 2", "-0.5, 0", "-1.5, -2", "2.4999, 2", "4194303, 4194303", "-4194303, -4194303"})
    void roundsToTheNearestAndTiesToEven(float value, int expected) {
        assertThat(Rounding.nearest(value)).isEqualTo(expected);
    }

    @Test
    void roundsWhatIsNoNumberToZero() {
        assertThat(Rounding.nearest(Float.NaN)).isZero();
    }
}
