package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lilla.kernel.MatrixKernels.Ending;
import dev.lilla.kernel.x64.Factors;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.tensor.ElementType;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Products with weights as they are stored against those with the same weights unpacked, which
/// [MatrixProductsTest] holds against sums in double.
class WeightProductsTest {
    private static final int ROWS = 30;

    @ParameterizedTest
    @MethodSource("dev.lilla.kernel.MatrixProductsTest#levels")
    void multipliesWithStoredWeights(Isa isa, Precision precision) {
        MatrixKernels kernels = MatrixProductsTest.kernels(isa);
        try (KernelOperands operands = new KernelOperands(6);
                Arena arena = Arena.ofShared();
                Shares shares = new Shares(2, arena)) {
            MatrixProducts products = new MatrixProducts(kernels, shares, arena);
            for (ElementType type : ElementType.values()) {
                if (type.isReal()) {
                    requireSame(operands, products, precision, operands.weight(type, 50, 256));
                }
            }
        }
    }

    /// Weights of one row and one group of columns; of rows that fill no pair, no panel, and more than a block; and of
    /// columns that fill no vector, and more than are unpacked at a time.
    @ParameterizedTest
    @MethodSource("dev.lilla.kernel.MatrixProductsTest#levels")
    void multipliesWithStoredWeightsOfAnyShape(Isa isa, Precision precision) {
        MatrixKernels kernels = MatrixProductsTest.kernels(isa);
        int[][] quantized = {{1, 32}, {15, 96}, {33, 288}, {130, 512}, {801, 64}, {129, 544}};
        int[][] floats = {{1, 1}, {17, 30}, {50, 31}, {131, 257}, {257, 514}, {769, 16}, {1700, 48}};
        try (KernelOperands operands = new KernelOperands(7);
                Arena arena = Arena.ofShared();
                Shares shares = new Shares(2, arena)) {
            // Two blocks at a time, so that long weights are multiplied in parts.
            MatrixProducts products = new MatrixProducts(kernels, shares, 1 << 16, arena);
            for (int[] shape : quantized) {
                requireSame(operands, products, precision, operands.weight(ElementType.Q4_0, shape[0], shape[1]));
                requireSame(operands, products, precision, operands.weight(ElementType.Q5_1, shape[0], shape[1]));
            }
            for (int[] shape : floats) {
                requireSame(operands, products, precision, operands.weight(ElementType.F16, shape[0], shape[1]));
                requireSame(operands, products, precision, operands.weight(ElementType.BF16, shape[0], shape[1]));
            }
        }
    }

    /// `dx += dy · weight` has the same bits with the weight as it is stored and unpacked.
    private static void requireSame(
            KernelOperands operands, MatrixProducts products, Precision precision, HostWeight weight) {
        HostMatrix unpacked = operands.matrix(weight.out(), weight.in());
        float[] row = new float[weight.in()];
        for (int r = 0; r < weight.out(); r++) {
            weight.copyRow(r, row);
            unpacked.setRow(r, row);
        }
        HostMatrix dy = operands.matrix(ROWS, weight.out());
        HostMatrix dx = operands.matrix(ROWS, weight.in());
        HostMatrix expected = operands.copy(dx);
        products.multiply(precision, StridedMatrix.of(dy), weight, dx);
        products.multiply(precision, StridedMatrix.of(dy), StridedMatrix.of(unpacked), expected, new Ending(1, true));
        for (int t = 0; t < ROWS; t++) {
            for (int k = 0; k < weight.in(); k++) {
                assertThat(dx.get(t, k))
                        .as(weight.type() + " " + weight.shape() + ", [" + t + ", " + k + "]")
                        .isEqualTo(expected.get(t, k));
            }
        }
    }

    /// Sizes on both sides of a vector of weight rows and of a block of pairs.
    @ParameterizedTest
    @EnumSource(names = {"AVX512", "AMX"})
    void multipliesWithPairsOfBf16AsTheyLie(Isa isa) {
        MatrixKernels kernels = MatrixProductsTest.kernels(isa);
        assumeTrue(kernels.unit(Precision.BF16, 1).factors() == Factors.BF16, "lacks products of bf16");
        int[][] shapes = {
            {1, 2}, {16, 2}, {17, 30}, {50, 256}, {3, 510}, {2, 514}, {33, 766}, {40, 768}, {31, 770}, {65, 1800}
        };
        try (KernelOperands operands = new KernelOperands(12);
                Arena arena = Arena.ofShared();
                Shares shares = new Shares(2, arena)) {
            MatrixProducts products = new MatrixProducts(kernels, shares, arena);
            for (int[] shape : shapes) {
                HostWeight weight = operands.weight(ElementType.BF16, shape[0], shape[1]);
                HostMatrix unpacked = operands.matrix(shape[0], shape[1]);
                float[] row = new float[shape[1]];
                for (int r = 0; r < shape[0]; r++) {
                    weight.copyRow(r, row);
                    unpacked.setRow(r, row);
                }
                HostMatrix x = operands.matrix(30, shape[1]);
                HostMatrix y = operands.matrix(30, shape[0]);
                HostMatrix expected = operands.copy(y);
                Ending ending = new Ending(0.5f, true);
                StridedMatrix turned = StridedMatrix.of(unpacked).transposed();
                assertThat(products.readsPairs(weight, Precision.BF16)).isTrue();
                products.multiplyTurned(Precision.BF16, StridedMatrix.of(x), weight, y, ending);
                products.multiply(Precision.BF16, StridedMatrix.of(x), turned, expected, ending);
                for (int t = 0; t < 30; t++) {
                    for (int r = 0; r < shape[0]; r++) {
                        assertThat(y.get(t, r)).isEqualTo(expected.get(t, r));
                    }
                }
            }
        }
    }

    @Test
    void readsNoPairsWhereThereAreNone() {
        MatrixKernels kernels = MatrixProductsTest.kernels(Isa.AVX2);
        try (KernelOperands operands = new KernelOperands(13);
                Arena arena = Arena.ofShared();
                Shares shares = new Shares(1, arena)) {
            MatrixProducts products = new MatrixProducts(kernels, shares, arena);
            HostWeight odd = operands.weight(ElementType.BF16, 4, 5);
            assertThat(products.readsPairs(odd, Precision.BF16)).isFalse();
            assertThat(products.readsPairs(operands.weight(ElementType.BF16, 4, 6), Precision.F32))
                    .isFalse();
            assertThatThrownBy(() -> StridedMatrix.pairs(odd)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> StridedMatrix.pairs(operands.weight(ElementType.F16, 4, 6)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
