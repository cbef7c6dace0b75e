package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lilla.kernel.x64.GuardedMemory;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What machine code must do beyond [KernelsContract]: touch nothing beside its operands, which end the program here if
/// it does; treat what is not an ordinary number as the definitions do; and refuse what would be a fault.
class ElementOperationsTest {
    private static final int[] SIZES = {1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1000, 4098};
    private static final int ROWS = 3;

    @Nested
    class Avx512 extends Contract {
        Avx512() {
            super(Isa.AVX512);
        }
    }

    @Nested
    class Avx2 extends Contract {
        Avx2() {
            super(Isa.AVX2);
        }
    }

    /// Reads x and y, a weight and a bias, and writes y.
    private interface Operation {
        void run(Kernels kernels, Operands operands);
    }

    private static Map<String, Operation> norms() {
        Map<String, Operation> operations = new LinkedHashMap<>();
        operations.put("rmsNorm", (k, o) -> k.rmsNorm(o.x, o.norm(null), o.y, o.share));
        operations.put("layerNorm", (k, o) -> k.layerNorm(o.x, o.norm(null), o.y, o.share));
        operations.put("layerNorm with bias", (k, o) -> k.layerNorm(o.x, o.norm(o.bias), o.y, o.share));
        return operations;
    }

    private static Map<String, Operation> mappings() {
        Map<String, Operation> operations = new LinkedHashMap<>();
        for (ActivationFunction function : ActivationFunction.values()) {
            operations.put("gate " + function, (k, o) -> k.gate(function, o.x, o.y, o.y, o.share));
            operations.put("activate " + function, (k, o) -> k.activate(function, o.y, o.share));
        }
        operations.put("add", (k, o) -> k.add(o.x, o.y, o.share));
        operations.put("softCap", (k, o) -> k.softCap(o.y, 30, o.share));
        return operations;
    }

    /// Rows that follow each other without a gap, each operand against a page that is closed.
    private static final class Operands implements AutoCloseable {
        private final Deque<GuardedMemory> pages = new ArrayDeque<>();
        private final Arena arena = Arena.ofConfined();
        private final SplittableRandom random = new SplittableRandom(5);
        private final boolean isAtEnd;
        final HostMatrix x;
        final HostMatrix y;
        final HostWeight weight;
        final HostWeight bias;
        final Share share = new Share(0, ROWS, new Scratch(arena));

        Operands(int columns, boolean isAtEnd) {
            this.isAtEnd = isAtEnd;
            x = matrix(ROWS, columns);
            y = matrix(ROWS, columns);
            weight = vector(columns);
            bias = vector(columns);
        }

        NormWeights norm(@Nullable HostWeight added) {
            return new NormWeights(weight, added, 1e-5f);
        }

        HostMatrix matrix(int rows, int columns) {
            GuardedMemory guarded = GuardedMemory.of(4L * rows * columns);
            pages.add(guarded);
            long bytes = 4L * rows * columns;
            MemorySegment memory = isAtEnd ? guarded.atEnd(bytes) : guarded.atStart(bytes);
            HostMatrix matrix = new HostMatrix(memory, 0, rows, columns, columns);
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < columns; i++) {
                    matrix.set(row, i, (float) random.nextGaussian());
                }
            }
            return matrix;
        }

        HostWeight vector(int elements) {
            return new HostWeight(
                    "vector",
                    ElementType.F32,
                    Shape.of(elements),
                    matrix(1, elements).memory());
        }

        @Override
        public void close() {
            pages.forEach(GuardedMemory::close);
            arena.close();
        }
    }

    abstract static class Contract {
        private final MachineCodeKernels kernels;

        Contract(Isa isa) {
            kernels = MachineCodeContractTest.kernels(isa);
        }

        @TestFactory
        Stream<DynamicNode> touchNothingBesideTheirOperands() {
            Map<String, Operation> operations = norms();
            operations.putAll(mappings());
            return operations.entrySet().stream()
                    .map(entry -> dynamicTest(entry.getKey(), () -> {
                        for (int columns : SIZES) {
                            compare(entry.getValue(), columns, new float[0]);
                        }
                    }));
        }

        /// Subnormal, huge, infinite, and not numbers.
        @TestFactory
        Stream<DynamicNode> treatExtremesAsDefined() {
            float[] extremes = {
                Float.NaN,
                Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY,
                Float.MIN_VALUE,
                -1e-40f,
                Float.MIN_NORMAL,
                0,
                -0f,
                Float.MAX_VALUE,
                -Float.MAX_VALUE,
                1e19f,
                -1e19f,
                88,
                -88,
                104,
                -104
            };
            return mappings().entrySet().stream()
                    .map(entry -> dynamicTest(entry.getKey(), () -> {
                        for (int columns : SIZES) {
                            compare(entry.getValue(), columns, extremes);
                        }
                    }));
        }

        @TestFactory
        Stream<DynamicNode> normsTreatExtremesAsDefined() {
            List<DynamicNode> tests = new ArrayList<>();
            norms().forEach((name, operation) -> tests.add(dynamicTest(name, () -> {
                for (float extreme : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, 1e-40f, -1e15f}) {
                    compare(operation, 65, new float[] {extreme, 1, extreme, -2});
                    compare(operation, 33, new float[] {extreme});
                }
                compare(operation, 1000, new float[] {0});
            })));
            return tests.stream();
        }

        /// @param values what x and y begin with and what fills row 1 over and over, or none
        private void compare(Operation operation, int columns, float[] values) {
            for (boolean isAtEnd : new boolean[] {false, true}) {
                try (Operands found = new Operands(columns, isAtEnd);
                        Operands expected = new Operands(columns, isAtEnd)) {
                    for (Operands operands : List.of(found, expected)) {
                        fill(operands.x, values);
                        fill(operands.y, values);
                    }
                    operation.run(kernels, found);
                    operation.run(new ReferenceKernels(), expected);
                    assertClose(found.y, expected.y);
                }
            }
        }

        private static void fill(HostMatrix x, float[] values) {
            for (int i = 0; values.length > 0 && i < x.columns(); i++) {
                x.set(1, i, values[i % values.length]);
                if (i < values.length) {
                    x.set(2, x.columns() - 1 - i, values[i]);
                }
            }
        }

        private static void assertClose(HostMatrix found, HostMatrix expected) {
            for (int row = 0; row < found.rows(); row++) {
                for (int i = 0; i < found.columns(); i++) {
                    float a = found.get(row, i);
                    float b = expected.get(row, i);
                    boolean isClose = a == b
                            || (Float.isNaN(a) && Float.isNaN(b))
                            || Math.abs(a - b) <= 4e-6f * Math.max(1, Math.abs(b));
                    if (!isClose) {
                        throw new AssertionError("row " + row + ", column " + i + " of " + found.columns() + ": " + a
                                + ", expected " + b);
                    }
                }
            }
        }

        @Test
        void rotationsAndHeadNormsTouchNothingBesideTheHeads() {
            for (int headDim : new int[] {2, 6, 16, 34, 64, 80}) {
                for (int heads : new int[] {1, 3, 71}) {
                    for (boolean isAtEnd : new boolean[] {false, true}) {
                        checkHeads(headDim, heads, isAtEnd);
                    }
                }
            }
        }

        private void checkHeads(int headDim, int heads, boolean isAtEnd) {
            int[] positions = {0, 3, 4000};
            try (Operands found = new Operands(headDim * heads, isAtEnd);
                    Operands expected = new Operands(headDim * heads, isAtEnd);
                    Operands small = new Operands(headDim, isAtEnd)) {
                for (RotaryStyle style : RotaryStyle.values()) {
                    for (int pairs = 1; 2 * pairs <= headDim; pairs *= 3) {
                        float[] inverse = new float[pairs];
                        for (int i = 0; i < pairs; i++) {
                            inverse[i] = (float) Math.pow(1e4, -1.0 * i / pairs);
                        }
                        RotaryFrequencies frequencies = new RotaryFrequencies(style, inverse, 1.1f);
                        RotaryAngles angles = guarded(RotaryAngles.of(frequencies, positions), found);
                        kernels.rotate(new Heads(found.x, 0, heads, headDim, headDim), angles, found.share);
                        Heads plain = new Heads(expected.x, 0, heads, headDim, headDim);
                        new ReferenceKernels().rotate(plain, angles, expected.share);
                        assertClose(found.x, expected.x);
                    }
                }
                NormWeights norm = small.norm(null);
                kernels.headNorm(new Heads(found.y, 0, heads, headDim, headDim), norm, found.share);
                Heads plain = new Heads(expected.y, 0, heads, headDim, headDim);
                new ReferenceKernels().headNorm(plain, norm, expected.share);
                assertClose(found.y, expected.y);
            }
        }

        private static RotaryAngles guarded(RotaryAngles angles, Operands operands) {
            HostMatrix cosines = operands.matrix(ROWS, angles.cosines().columns());
            HostMatrix sines = operands.matrix(ROWS, angles.sines().columns());
            cosines.memory().copyFrom(angles.cosines().memory());
            sines.memory().copyFrom(angles.sines().memory());
            return new RotaryAngles(angles.frequencies(), angles.positions(), cosines, sines);
        }

        @Nested
        class Refuse {
            @Test
            void rowsBeyondAMatrix() {
                try (Operands operands = new Operands(16, true)) {
                    Share tooFar = new Share(2, 4, operands.share.scratch());
                    assertThatThrownBy(() -> kernels.add(operands.x, operands.y, tooFar))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("rows 2 to 4");
                    Share backwards = new Share(-1, 2, operands.share.scratch());
                    assertThatThrownBy(() -> kernels.add(operands.x, operands.y, backwards))
                            .isInstanceOf(IllegalArgumentException.class);
                }
            }

            @Test
            void aMatrixLargerThanItsMemory() {
                try (Operands operands = new Operands(16, true)) {
                    HostMatrix tooLong = new HostMatrix(operands.x.memory(), 4, ROWS, 16, 16);
                    assertThatThrownBy(() -> kernels.activate(ActivationFunction.SILU, tooLong, operands.share))
                            .isInstanceOf(IndexOutOfBoundsException.class);
                    HostMatrix before = new HostMatrix(operands.x.memory(), -4, ROWS, 16, 16);
                    assertThatThrownBy(() -> kernels.add(operands.y, before, operands.share))
                            .isInstanceOf(IndexOutOfBoundsException.class);
                    HostMatrix huge =
                            new HostMatrix(operands.x.memory(), 0, ROWS, Integer.MAX_VALUE, Integer.MAX_VALUE);
                    assertThatThrownBy(() -> kernels.softCap(huge, 1, operands.share))
                            .isInstanceOf(IllegalArgumentException.class);
                }
            }

            @Test
            void operandsOfOtherShapes() {
                try (Operands operands = new Operands(16, true);
                        Operands narrow = new Operands(15, true)) {
                    assertThatThrownBy(() -> kernels.add(operands.x, narrow.y, operands.share))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("16 columns");
                    assertThatThrownBy(() -> kernels.rmsNorm(operands.x, narrow.norm(null), operands.y, operands.share))
                            .isInstanceOf(IndexOutOfBoundsException.class);
                }
            }

            @Test
            void memoryOnTheHeapOrFreed() {
                try (Operands operands = new Operands(16, true)) {
                    HostMatrix heap = new HostMatrix(MemorySegment.ofArray(new float[16 * ROWS]), 0, ROWS, 16, 16);
                    assertThatThrownBy(() -> kernels.add(heap, operands.y, operands.share))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("on the heap or freed");
                    HostMatrix freed;
                    try (Arena closed = Arena.ofConfined()) {
                        freed = new HostMatrix(closed.allocate(64L * ROWS), 0, ROWS, 16, 16);
                    }
                    assertThatThrownBy(() -> kernels.add(freed, operands.y, operands.share))
                            .isInstanceOf(IllegalArgumentException.class);
                }
            }

            @Test
            void aWeightOfAnotherType() {
                try (Operands operands = new Operands(16, true)) {
                    HostWeight half = new HostWeight("half", ElementType.F16, Shape.of(16), operands.weight.data());
                    NormWeights norm = new NormWeights(half, null, 1e-5f);
                    assertThatThrownBy(() -> kernels.rmsNorm(operands.x, norm, operands.y, operands.share))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("expected F32");
                }
            }

            @Test
            void moreRotaryDimensionsThanAHeadHas() {
                try (Operands operands = new Operands(32, true)) {
                    RotaryFrequencies frequencies = new RotaryFrequencies(RotaryStyle.HALF_SPLIT, new float[9], 1);
                    RotaryAngles angles = RotaryAngles.of(frequencies, new int[ROWS]);
                    Heads heads = new Heads(operands.x, 0, 2, 16, 16);
                    assertThatThrownBy(() -> kernels.rotate(heads, angles, operands.share))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("9 pairs");
                }
            }
        }
    }
}
