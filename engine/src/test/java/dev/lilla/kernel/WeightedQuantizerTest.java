package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class WeightedQuantizerTest {
    private static final int COLUMNS = 2048;

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(11);

    @Nested
    class Importance {
        /// What the search gains over the plain one where a few columns matter a hundred times more than most.
        @ParameterizedTest
        @CsvSource({
            "Q4_0, 0.7",
            "Q4_1, 0.75",
            "Q5_0, 0.75",
            "Q5_1, 0.75",
            "Q2_K, 0.75",
            "Q3_K, 0.8",
            "Q4_K, 0.75",
            "Q5_K, 0.75",
            "Q6_K, 0.95",
            "IQ4_NL, 0.9",
            "IQ4_XS, 0.95",
        })
        void bringsImportantColumnsCloser(ElementType type, double part) {
            float[] row = gaussian();
            float[] importance = uneven();
            double plain = outputError(row, importance, plain(type, row));
            double weighted = outputError(row, importance, weighted(type, row, importance));
            assertThat(weighted / plain).isLessThan(part);
        }

        @ParameterizedTest
        @EnumSource(mode = Mode.MATCH_ALL, names = "I?Q.*")
        void isNeverWorseByItsOwnMeasure(ElementType type) {
            for (int trial = 0; trial < 20; trial++) {
                float[] row = gaussian();
                float[] importance = trial % 2 == 0 ? uneven() : ones();
                double plain = measuredError(row, importance, plain(type, row), type);
                double weighted = measuredError(row, importance, weighted(type, row, importance), type);
                assertThat(weighted).isLessThanOrEqualTo(plain * (1 + 1e-6));
            }
        }

        @ParameterizedTest
        @EnumSource(names = {"Q4_0", "Q2_K", "Q3_K", "Q4_K", "IQ4_NL"})
        void doesNotDependOnItsUnit(ElementType type) {
            float[] row = gaussian();
            float[] importance = uneven();
            float[] scaled = importance.clone();
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] *= 0x1p-40f;
            }
            assertThat(weighted(type, row, scaled)).containsExactly(weighted(type, row, importance));
        }

        @Test
        void leavesEightBitsAsTheyAre() {
            float[] row = gaussian();
            assertThat(weighted(ElementType.Q8_0, row, uneven())).containsExactly(plain(ElementType.Q8_0, row));
            assertThat(weighted(ElementType.F32, row, uneven())).containsExactly(row);
        }
    }

    @Nested
    class Blocks {
        /// Values on the grid of a type come back as they are.
        @ParameterizedTest
        @CsvSource({"Q4_0, -8, 7", "Q5_0, -16, 15", "Q3_K, -4, 3", "Q6_K, -32, 31", "Q4_K, 0, 15", "Q5_K, 0, 31"})
        void keepsValuesThatTheTypeHolds(ElementType type, int first, int last) {
            float[] row = new float[512];
            for (int i = 0; i < row.length; i++) {
                row[i] = 0.5f * (first + (i * 7) % (last - first + 1));
            }
            float[] found = weighted(type, row, Arrays.copyOf(uneven(), row.length));
            double error = 0;
            for (int i = 0; i < row.length; i++) {
                error = Math.max(error, Math.abs(found[i] - row[i]));
            }
            assertThat(error).isLessThan(0.51 * 0.5 * 0.05 * (last - first + 1));
        }

        @ParameterizedTest
        @EnumSource(mode = Mode.MATCH_ALL, names = "I?Q.*")
        void storesZerosAsZeros(ElementType type) {
            for (float value : weighted(type, new float[COLUMNS], uneven())) {
                assertThat(value == 0).isTrue();
            }
        }

        @ParameterizedTest
        @EnumSource(mode = Mode.MATCH_ALL, names = "I?Q.*")
        void survivesValuesThatAreNoNumbers(ElementType type) {
            float[] row = gaussian();
            row[3] = Float.NaN;
            row[300] = Float.POSITIVE_INFINITY;
            row[600] = Float.MAX_VALUE;
            row[900] = Float.MIN_VALUE;
            assertThat(weighted(type, row, uneven())).hasSize(COLUMNS);
        }

        @ParameterizedTest
        @EnumSource(mode = Mode.MATCH_ALL, names = "I?Q.*")
        void takesColumnsThatNothingReached(ElementType type) {
            float[] row = gaussian();
            float[] found = weighted(type, row, new float[COLUMNS]);
            assertThat(outputError(row, ones(), found)).isLessThan(0.2 * outputError(row, ones(), new float[COLUMNS]));
        }
    }

    @Test
    void refusesAnImportanceThatIsNone() {
        float[] importance = ones();
        importance[7] = -1;
        assertThatThrownBy(() -> WeightedQuantizer.of(ElementType.Q4_0, importance))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("column 7");
        importance[7] = Float.NaN;
        assertThatThrownBy(() -> WeightedQuantizer.of(ElementType.Q4_0, importance))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesRowsOfAnotherLength() {
        WeightedQuantizer quantizer = WeightedQuantizer.of(ElementType.Q4_0, new float[32]);
        assertThatThrownBy(() -> quantizer.quantize(new float[64], MemorySegment.ofArray(new byte[36]), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> quantizer.quantize(new float[32], MemorySegment.ofArray(new byte[17]), 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private float[] gaussian() {
        float[] row = new float[COLUMNS];
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) random.nextGaussian() * 0.05f;
        }
        return row;
    }

    private float[] uneven() {
        float[] importance = new float[COLUMNS];
        for (int i = 0; i < importance.length; i++) {
            importance[i] = (float) Math.exp(3 * random.nextGaussian());
        }
        return importance;
    }

    private static float[] ones() {
        float[] importance = new float[COLUMNS];
        Arrays.fill(importance, 1);
        return importance;
    }

    /// The expected square of what errors change in the output.
    private static double outputError(float[] row, float[] importance, float[] found) {
        double sum = 0;
        for (int i = 0; i < row.length; i++) {
            sum += importance[i] * Math.pow(row[i] - found[i], 2);
        }
        return sum;
    }

    /// The error that the quantizer lessens, block by block.
    private static double measuredError(float[] row, float[] importance, float[] found, ElementType type) {
        double sum = 0;
        int block = type.blockElements();
        for (int from = 0; from < row.length; from += block) {
            double squares = 0;
            for (int i = from; i < from + block; i++) {
                squares += (double) row[i] * row[i];
            }
            double mean = 0;
            for (float value : importance) {
                mean += value;
            }
            mean /= importance.length;
            for (int i = from; i < from + block; i++) {
                double weight = Math.max(importance[i] / mean, 1e-3) * Math.sqrt(squares / block + row[i] * row[i]);
                sum += weight * Math.pow(row[i] - found[i], 2);
            }
        }
        return sum;
    }

    private static float[] plain(ElementType type, float[] row) {
        MemorySegment packed = MemorySegment.ofArray(new byte[Math.toIntExact(type.byteSize(row.length))]);
        Quantizer.quantize(type, row, 0, row.length, packed, 0);
        return unpacked(type, packed, row.length);
    }

    private static float[] weighted(ElementType type, float[] row, float[] importance) {
        MemorySegment packed = MemorySegment.ofArray(new byte[Math.toIntExact(type.byteSize(row.length))]);
        WeightedQuantizer.of(type, importance).quantize(row, packed, 0);
        return unpacked(type, packed, row.length);
    }

    private static float[] unpacked(ElementType type, MemorySegment packed, int count) {
        float[] values = new float[count];
        Dequantizer.dequantize(type, packed, 0, values, 0, count);
        return values;
    }
}
