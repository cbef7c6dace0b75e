package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.lilla.kernel.MatrixKernels.Ending;
import dev.lilla.kernel.x64.ByteDots;
import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Factors;
import dev.lilla.kernel.x64.GuardedMemory;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.KernelSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Products of whole matrices against sums in double, of the very factors: rounded ones where they are bf16.
class MatrixProductsTest {
    /// Of a sum of n products: f32 loses at most n units of 2^-24 of their magnitudes, far less in the mean.
    private static final double UNIT = 0x1p-22;

    static MatrixKernels kernels(Isa isa) {
        Set<CpuFeature> features = MachineCodeContractTest.features(isa);
        return new MatrixKernels(new KernelSet(isa, ByteDots.of(features)), features);
    }

    static Stream<Arguments> levels() {
        return Arrays.stream(Isa.values())
                .flatMap(isa -> Stream.of(Precision.values()).map(precision -> Arguments.of(isa, precision)));
    }

    /// Which operand lies turned.
    private enum Order {
        NEITHER,
        LEFT,
        RIGHT,
        BOTH;

        boolean turnsLeft() {
            return this == LEFT || this == BOTH;
        }

        boolean turnsRight() {
            return this == RIGHT || this == BOTH;
        }
    }

    /// One product and what it should give.
    private static final class Case {
        final StridedMatrix a;
        final StridedMatrix b;
        final HostMatrix c;
        final HostMatrix before;

        Case(KernelOperands operands, int[] shape, Order order) {
            a = matrix(operands, shape[0], shape[2], order.turnsLeft());
            b = matrix(operands, shape[2], shape[1], order.turnsRight());
            c = operands.matrix(shape[0], shape[1]);
            before = operands.copy(c);
        }

        private static StridedMatrix matrix(KernelOperands operands, int rows, int columns, boolean isTurned) {
            return isTurned
                    ? StridedMatrix.of(operands.matrix(columns, rows)).transposed()
                    : StridedMatrix.of(operands.matrix(rows, columns));
        }

        void check(Factors factors, Ending ending) {
            for (int row = 0; row < c.rows(); row++) {
                for (int column = 0; column < c.columns(); column++) {
                    double sum = 0;
                    double size = 0;
                    for (int k = 0; k < a.columns(); k++) {
                        double product = factor(factors, a, row, k) * factor(factors, b, k, column);
                        sum += product;
                        size += Math.abs(product);
                    }
                    double expected = ending.scale() * sum + (ending.adds() ? before.get(row, column) : 0);
                    double tolerance = UNIT * Math.sqrt(a.columns() + 1.0) * (size + Math.abs(expected) + 1);
                    assertThat((double) c.get(row, column))
                            .as("[%d, %d] of [%d, %d, %d]", row, column, c.rows(), c.columns(), a.columns())
                            .isCloseTo(expected, offset(tolerance));
                }
            }
            assertThat(KernelOperands.isCleanAround(c)).as("beside C").isTrue();
        }
    }

    private static float value(StridedMatrix x, int row, int column) {
        return x.memory()
                .get(HostMatrix.FLOAT, x.address(row, column) - x.memory().address());
    }

    private static double factor(Factors factors, StridedMatrix x, int row, int column) {
        float value = value(x, row, column);
        return factors == Factors.BF16 ? bf16(value) : value;
    }

    /// To the nearest even.
    private static float bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000);
    }

    private static MatrixProducts products(MatrixKernels kernels, Shares shares, Arena arena) {
        return new MatrixProducts(kernels, shares, arena);
    }

    @ParameterizedTest
    @MethodSource("levels")
    void equalsSumsInDoubleForAnyShapeAndOrder(Isa isa, Precision precision) {
        MatrixKernels kernels = kernels(isa);
        SplittableRandom random = new SplittableRandom(7);
        int[][] edges = {
            {1, 1, 1},
            {1, 33, 2},
            {6, 16, 1},
            {7, 17, 3},
            {12, 32, 384},
            {13, 31, 385},
            {25, 65, 769},
            {5, 8, 1600},
            {200, 8, 40},
            {8, 300, 33},
            {193, 129, 17},
            {1, 1, 16},
            {16, 16, 32},
            {17, 15, 31},
            {31, 17, 511},
            {32, 32, 512},
            {33, 33, 513},
            {48, 31, 544},
            {49, 47, 1025},
            {8, 1100, 48},
            {545, 8, 64}
        };
        try (KernelOperands operands = new KernelOperands(3);
                Arena arena = Arena.ofShared();
                Shares shares = new Shares(2, arena)) {
            MatrixProducts products = products(kernels, shares, arena);
            for (int round = 0; round < 50; round++) {
                int[] shape = round < edges.length
                        ? edges[round]
                        : new int[] {1 + random.nextInt(60), 1 + random.nextInt(90), 1 + random.nextInt(60)};
                for (Order order : Order.values()) {
                    Ending ending = new Ending(random.nextInt(1, 9) / 4f, random.nextBoolean());
                    Case product = new Case(operands, shape, order);
                    products.multiply(precision, product.a, product.b, product.c, ending);
                    product.check(kernels.unit(precision, shape[2]).factors(), ending);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("levels")
    void givesTheSameBitsForAnyNumberOfThreadsAndNeighbors(Isa isa, Precision precision) {
        MatrixKernels kernels = kernels(isa);
        try (KernelOperands operands = new KernelOperands(4);
                Arena arena = Arena.ofShared();
                Shares one = new Shares(1, arena);
                Shares three = new Shares(3, arena)) {
            Case first = new Case(operands, new int[] {333, 270, 900}, Order.LEFT);
            HostMatrix again = operands.matrix(333, 270);
            HostMatrix part = operands.matrix(5, 37);
            Ending ending = new Ending(0.3f, false);
            products(kernels, one, arena).multiply(precision, first.a, first.b, first.c, ending);
            products(kernels, three, arena).multiply(precision, first.a, first.b, again, ending);
            products(kernels, one, arena)
                    .multiply(precision, first.a.rows(17, 5), first.b.columns(40, 37), part, ending);
            for (int row = 0; row < 333; row++) {
                for (int column = 0; column < 270; column++) {
                    assertThat(again.get(row, column)).isEqualTo(first.c.get(row, column));
                }
            }
            for (int row = 0; row < 5; row++) {
                for (int column = 0; column < 37; column++) {
                    assertThat(part.get(row, column)).isEqualTo(first.c.get(17 + row, 40 + column));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("levels")
    void givesTheSameBitsInPartsAlongK(Isa isa, Precision precision) {
        MatrixKernels kernels = kernels(isa);
        try (KernelOperands operands = new KernelOperands(14);
                Arena arena = Arena.ofShared();
                Shares shares = new Shares(2, arena)) {
            for (Order order : Order.values()) {
                Case whole = new Case(operands, new int[] {37, 43, 1700}, order);
                HostMatrix inParts = operands.copy(whole.c);
                Ending ending = new Ending(0.3f, true);
                products(kernels, shares, arena).multiply(precision, whole.a, whole.b, whole.c, ending);
                new MatrixProducts(kernels, shares, 1, arena).multiply(precision, whole.a, whole.b, inParts, ending);
                for (int row = 0; row < 37; row++) {
                    for (int column = 0; column < 43; column++) {
                        assertThat(inParts.get(row, column)).isEqualTo(whole.c.get(row, column));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("levels")
    void spreadsWhatIsNoNumberAlongItsRowAndColumnAlone(Isa isa, Precision precision) {
        MatrixKernels kernels = kernels(isa);
        try (KernelOperands operands = new KernelOperands(5);
                Arena arena = Arena.ofShared();
                Shares shares = new Shares(1, arena)) {
            HostMatrix a = operands.matrix(20, 35);
            HostMatrix b = operands.matrix(41, 35);
            HostMatrix c = operands.matrix(20, 41);
            a.set(3, 34, Float.NaN);
            b.set(40, 7, Float.POSITIVE_INFINITY);
            products(kernels, shares, arena)
                    .multiply(
                            precision, StridedMatrix.of(a), StridedMatrix.of(b).transposed(), c, new Ending(1, false));
            for (int row = 0; row < 20; row++) {
                for (int column = 0; column < 41; column++) {
                    float found = c.get(row, column);
                    if (row == 3) {
                        assertThat(found).isNaN();
                    } else if (column == 40) {
                        assertThat(found).isEqualTo(Math.copySign(Float.POSITIVE_INFINITY, a.get(row, 7)));
                    } else {
                        assertThat(Float.isFinite(found)).isTrue();
                    }
                }
            }
        }
    }

    /// Where operands are laid out there is what a product before left: here numbers that are none.
    @ParameterizedTest
    @MethodSource("levels")
    void isNotDisturbedByTheProductBefore(Isa isa, Precision precision) {
        MatrixKernels kernels = kernels(isa);
        try (KernelOperands operands = new KernelOperands(15);
                Arena arena = Arena.ofShared();
                Shares shares = new Shares(1, arena)) {
            MatrixProducts products = products(kernels, shares, arena);
            Ending ending = new Ending(1, false);
            for (Order order : Order.values()) {
                Case none = new Case(operands, new int[] {64, 64, 1100}, order);
                fillWithNaN(none.a);
                fillWithNaN(none.b);
                for (int[] shape : new int[][] {{33, 17, 33}, {5, 40, 513}, {17, 33, 544}}) {
                    products.multiply(precision, none.a, none.b, none.c, ending);
                    Case product = new Case(operands, shape, order);
                    products.multiply(precision, product.a, product.b, product.c, ending);
                    product.check(kernels.unit(precision, shape[2]).factors(), ending);
                }
            }
        }
    }

    private static void fillWithNaN(StridedMatrix x) {
        for (int row = 0; row < x.rows(); row++) {
            for (int column = 0; column < x.columns(); column++) {
                x.memory()
                        .set(
                                HostMatrix.FLOAT,
                                x.address(row, column) - x.memory().address(),
                                Float.NaN);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("levels")
    void touchesNoByteBesideItsOperands(Isa isa, Precision precision) {
        MatrixKernels kernels = kernels(isa);
        int[][] shapes = {
            {1, 1, 1}, {5, 21, 19}, {13, 40, 33}, {24, 8, 50}, {7, 33, 1}, {1, 1, 16}, {40, 16, 31}, {33, 17, 65}
        };
        for (int[] shape : shapes) {
            for (Order order : Order.values()) {
                guarded(kernels, precision, shape, order);
            }
        }
    }

    private static void guarded(MatrixKernels kernels, Precision precision, int[] shape, Order order) {
        int rows = shape[0];
        int columns = shape[1];
        int depth = shape[2];
        try (GuardedMemory left = GuardedMemory.of(4L * rows * depth);
                GuardedMemory right = GuardedMemory.of(4L * depth * columns);
                GuardedMemory result = GuardedMemory.of(4L * rows * columns);
                Arena arena = Arena.ofShared();
                Shares shares = new Shares(1, arena)) {
            for (boolean atEnd : new boolean[] {false, true}) {
                StridedMatrix a = flush(left, rows, depth, order.turnsLeft(), atEnd);
                StridedMatrix b = flush(right, depth, columns, order.turnsRight(), atEnd);
                long bytes = 4L * rows * columns;
                MemorySegment memory = atEnd ? result.atEnd(bytes) : result.atStart(bytes);
                HostMatrix c = new HostMatrix(memory, 0, rows, columns, columns);
                products(kernels, shares, arena).multiply(precision, a, b, c, new Ending(2, false));
                for (int row = 0; row < rows; row++) {
                    for (int column = 0; column < columns; column++) {
                        assertThat(c.get(row, column)).isEqualTo(2f * depth);
                    }
                }
            }
        }
    }

    /// Ones at the border of closed pages.
    private static StridedMatrix flush(GuardedMemory memory, int rows, int columns, boolean isTurned, boolean atEnd) {
        long bytes = 4L * rows * columns;
        MemorySegment inside = atEnd ? memory.atEnd(bytes) : memory.atStart(bytes);
        for (long at = 0; at < bytes; at += 4) {
            inside.set(HostMatrix.FLOAT, at, 1);
        }
        return isTurned
                ? new StridedMatrix(inside, 0, columns, rows, 4L * rows, 4).transposed()
                : new StridedMatrix(inside, 0, rows, columns, 4L * columns, 4);
    }

    @ParameterizedTest
    @MethodSource("levels")
    void givesZerosOrLeavesThemWhereThereIsNothingToSum(Isa isa, Precision precision) {
        MatrixKernels kernels = kernels(isa);
        try (KernelOperands operands = new KernelOperands(8);
                Arena arena = Arena.ofShared();
                Shares shares = new Shares(1, arena)) {
            MatrixProducts products = products(kernels, shares, arena);
            Case empty = new Case(operands, new int[] {3, 4, 0}, Order.NEITHER);
            products.multiply(precision, empty.a, empty.b, empty.c, new Ending(1, true));
            assertThat(empty.c.get(2, 3)).isEqualTo(empty.before.get(2, 3));
            products.multiply(precision, empty.a, empty.b, empty.c, new Ending(1, false));
            assertThat(empty.c.get(2, 3)).isZero();
            Case none = new Case(operands, new int[] {0, 4, 5}, Order.NEITHER);
            products.multiply(precision, none.a, none.b, none.c, new Ending(1, false));
        }
    }

    @Test
    void refusesMatricesThatEndBehindTheirMemory() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(100);
            assertThatThrownBy(() -> new StridedMatrix(memory, 4, 5, 5, 20, 4))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("4 bytes behind its memory");
            assertThatThrownBy(() -> new StridedMatrix(memory, 0, 2, 2, Long.MAX_VALUE / 2, Long.MAX_VALUE))
                    .isInstanceOf(ArithmeticException.class);
        }
    }

    @Test
    void refusesShapesThatDoNotMatch() {
        MatrixKernels kernels = kernels(Isa.AVX2);
        try (KernelOperands operands = new KernelOperands(9);
                Arena arena = Arena.ofShared();
                Shares shares = new Shares(1, arena)) {
            StridedMatrix a = StridedMatrix.of(operands.matrix(3, 4));
            StridedMatrix b = StridedMatrix.of(operands.matrix(5, 6));
            HostMatrix c = operands.matrix(3, 6);
            MatrixProducts products = products(kernels, shares, arena);
            assertThatThrownBy(() -> products.multiply(Precision.F32, a, b, c, new Ending(1, false)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[3, 4] and [5, 6] into [3, 6]");
        }
    }
}
