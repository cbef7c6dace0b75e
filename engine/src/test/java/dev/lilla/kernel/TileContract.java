package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.RowEncoding;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

/// What kernels with tiles of bf16 do with 32 rows and more.
///
/// Every output is held against two sums. Against that of operands rounded to bf16 it is off by f32 rounding
/// alone. Against that of the exact operands: rounding to 8 significant bits moves a number by at most 2^-8 of
/// it, so a product by at most 2^-7 and a little, and the sum by as much of the sum of all magnitudes. Where no
/// product outweighs the others, errors average out and it is less than 2^-8 (KERNELS.md 11).
record TileContract(Kernels kernels) {
    private static final double ROUNDED_TOLERANCE = 1e-5;
    private static final double ANY_TOLERANCE = 0x1p-7 * (1 + 0x1p-8);
    private static final double EVEN_TOLERANCE = 0x1p-8;
    private static final int[] ROWS = {32, 33, 47, 48, 64, 100};

    Stream<DynamicTest> tests() {
        return Stream.of(
                        Arrays.stream(ElementType.values())
                                .filter(ElementType::isReal)
                                .flatMap(this::ofType),
                        Stream.of(
                                test("rows are rounded to the nearest even bf16", this::roundsRows),
                                test("sums of like products stay close to the exact", this::staysClose),
                                test("no weight row is special", this::servesAnyWeightRows),
                                test("512 rows and more meet long and wide weights", this::servesLargeShapes),
                                test("numbers that are none stay none", this::keepsNonNumbers)))
                .flatMap(tests -> tests);
    }

    private static DynamicTest test(String name, Executable body) {
        return dynamicTest(name, body);
    }

    private Stream<DynamicTest> ofType(ElementType type) {
        return Stream.of(
                test(type + " meets the definition at all columns", () -> {
                    int[] columns = columns(type).toArray();
                    for (int i = 0; i < columns.length; i++) {
                        check(type, 1 + (7 * i + 16) % 37, columns[i], ROWS[i % ROWS.length]);
                    }
                }),
                test(type + " gives a row the same bits in any company and share", () -> sameBits(type)),
                test(type + " stays inside its memory", () -> {
                    for (int rows : new int[] {32, 33, 63}) {
                        for (int out : new int[] {1, 16, 17, 33, 48}) {
                            staysInside(type, out, Math.ceilDiv(72, type.blockElements()) * type.blockElements(), rows);
                        }
                    }
                }));
    }

    private static IntStream columns(ElementType type) {
        int block = type.blockElements();
        return block == 1
                ? IntStream.concat(IntStream.rangeClosed(1, 33), IntStream.of(64, 65, 112, 176, 511, 512, 513, 1100))
                : block == 32
                        ? IntStream.of(32, 64, 96, 480, 512, 544, 896, 1056)
                        : IntStream.of(1, 2, 3, 4, 5).map(n -> n * block);
    }

    private void check(ElementType type, int out, int in, int rows) {
        try (KernelOperands operands = new KernelOperands(in + 31L * rows + out)) {
            check(operands, operands.weight(type, out, in), rows, ANY_TOLERANCE);
        }
    }

    private void staysClose() {
        for (int in : new int[] {32, 64, 112, 176, 576, 1100}) {
            try (KernelOperands operands = new KernelOperands(in)) {
                MemorySegment normal = operands.vector(48 * in).data();
                HostWeight weight = new HostWeight("normal", ElementType.F32, Shape.of(48, in), normal);
                check(operands, weight, 64, EVEN_TOLERANCE);
            }
        }
    }

    /// Compares both products, all outputs.
    private void check(KernelOperands operands, HostWeight stored, int rows, double tolerance) {
        LinearOperands linear = new LinearOperands(kernels, operands);
        HostWeight weight = linear.packed(stored);
        int in = weight.in();
        int out = weight.out();
        HostWeight bias = operands.vector(out);
        HostMatrix x = operands.matrix(rows, in);
        LinearInput input = linear.prompt(weight, x);
        HostMatrix before = operands.matrix(rows, out);
        HostMatrix y = operands.copy(before);
        kernels.matmul(weight, bias, input, y, operands.share(0, out));
        HostMatrix added = operands.copy(before);
        kernels.matmulAdd(weight, 0.5f, input, added, operands.share(0, out));
        assertThat(KernelOperands.isCleanAround(y)).isTrue();
        assertThat(KernelOperands.isCleanAround(added)).isTrue();
        float[][] values = new float[rows][in];
        for (int t = 0; t < rows; t++) {
            x.copyRow(t, values[t]);
        }
        float[] row = new float[in];
        for (int r = 0; r < out; r++) {
            weight.copyRow(r, row);
            for (int t = 0; t < rows; t++) {
                Sum sum = Sum.of(row, values[t]);
                String where = weight.type() + " " + weight + ", row " + t + " of " + rows + ", output " + r;
                sum.check(where, y.get(t, r) - (double) bias.get(r), bias.get(r), tolerance);
                double difference = (added.get(t, r) - (double) before.get(t, r)) * 2;
                sum.check(where + ", added", difference, 2 * before.get(t, r), tolerance);
            }
        }
    }

    /// What a sum may be.
    ///
    /// @param exact of the operands
    /// @param rounded of the operands in bf16
    /// @param size of the magnitudes
    private record Sum(double exact, double rounded, double size) {
        static Sum of(float[] weight, float[] x) {
            double exact = 0;
            double rounded = 0;
            double size = 0;
            for (int k = 0; k < weight.length; k++) {
                double product = (double) weight[k] * x[k];
                exact += product;
                rounded += (double) bf16(weight[k]) * bf16(x[k]);
                size += Math.abs(product);
            }
            return new Sum(exact, rounded, size);
        }

        /// @param beside what it was added to in f32
        void check(String where, double found, double beside, double tolerance) {
            double addition = (size + Math.abs(beside)) * 0x1p-22;
            within(where + " with bf16 operands", found, rounded, size * ROUNDED_TOLERANCE + addition);
            within(where, found, exact, size * tolerance + addition);
        }

        private static void within(String where, double found, double expected, double tolerance) {
            if (!(Math.abs(found - expected) <= tolerance)) {
                throw new AssertionError(where + ": " + found + ", expected " + expected + " ± " + tolerance);
            }
        }
    }

    /// The nearest bf16, ties to even; what is no normal f32 becomes zero.
    private static float bf16(float x) {
        if (Math.abs(x) < Float.MIN_NORMAL) {
            return 0;
        }
        int bits = Float.floatToRawIntBits(x);
        int even = bits >>> 16 & 1;
        return Float.isNaN(x) ? x : Float.intBitsToFloat(bits + 0x7FFF + even & 0xFFFF0000);
    }

    private void sameBits(ElementType type) {
        int in = type.isQuantized() ? 5 * 256 : 1100;
        int out = 83;
        try (KernelOperands operands = new KernelOperands(7)) {
            LinearOperands linear = new LinearOperands(kernels, operands);
            HostWeight weight = linear.packed(operands.weight(type, out, in));
            HostMatrix x = operands.matrix(70, in);
            HostMatrix all = operands.matrix(70, out);
            kernels.matmul(weight, null, linear.prompt(weight, x), all, operands.share(0, out));
            for (int[] part : new int[][] {{0, 70}, {0, 32}, {0, 33}, {1, 40}, {37, 33}}) {
                LinearInput input = linear.prompt(weight, x.rows(part[0], part[1]));
                for (int cut : new int[] {16, 32, 48, 96}) {
                    HostMatrix y = operands.matrix(part[1], out);
                    for (int from = 0; from < out; from += cut) {
                        Share share = operands.share(from, Math.min(from + cut, out));
                        kernels.matmul(weight, null, input, y, share);
                    }
                    KernelsContract.assertSameBits(y, all.rows(part[0], part[1]));
                }
            }
        }
    }

    private void servesAnyWeightRows() {
        for (int out = 1; out <= 37; out++) {
            check(ElementType.Q4_0, out, 64, 32 + out % 3);
            check(ElementType.BF16, out, 16, 47);
        }
    }

    private void servesLargeShapes() {
        check(ElementType.Q8_0, 576, 64, 512);
        check(ElementType.Q4_K, 896, 256, 48);
        check(ElementType.Q6_K, 4544, 256, 32);
        check(ElementType.Q4_0, 5504, 32, 33);
        check(ElementType.F32, 37, 1030, 545);
        check(ElementType.Q4_0, 1040, 1056, 64);
    }

    private void roundsRows() {
        try (KernelOperands operands = new KernelOperands(3)) {
            int columns = 1000;
            HostMatrix x = operands.matrix(45, columns);
            float[] special = {
                0f,
                -0f,
                1e-40f,
                -1e-40f,
                Float.MIN_NORMAL,
                3.4e38f,
                Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY,
                0x1.01p0f,
                0x1.03p0f,
                0x1.010002p0f,
                -0x1.01p0f
            };
            for (int i = 0; i < special.length; i++) {
                x.set(40, 7 + i, special[i]);
            }
            long bytes = EncodedRows.bytes(RowEncoding.BF16, x.rows(), columns);
            EncodedRows rows = new EncodedRows(RowEncoding.BF16, x.rows(), columns, operands.memory(bytes));
            rows.memory().fill((byte) 0x55);
            kernels.encode(x, rows, operands.share(0, rows.units()));
            for (int t = 0; t < 64; t++) {
                for (int k = 0; k < 1024; k++) {
                    int chunk = k / 512;
                    long tile = rows.offset(t / 32, chunk) + k % 512 / 32 * 2048L + t % 32 * 64L;
                    short found = rows.memory().get(ValueLayout.JAVA_SHORT, tile + 2L * (k % 32));
                    float expected = t < x.rows() && k < columns ? bf16(x.get(t, k)) : 0;
                    assertThat(Float.intBitsToFloat(found << 16))
                            .as("row %d, column %d", t, k)
                            .isEqualTo(expected);
                }
            }
        }
    }

    private void keepsNonNumbers() {
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            try (KernelOperands operands = new KernelOperands(5)) {
                LinearOperands linear = new LinearOperands(kernels, operands);
                HostWeight weight = linear.packed(operands.weight(ElementType.Q8_0, 20, 96));
                HostMatrix x = operands.matrix(40, 96);
                HostMatrix y = operands.matrix(40, 20);
                x.set(35, 70, value);
                kernels.matmul(weight, null, linear.prompt(weight, x), y, operands.share(0, 20));
                for (int t = 0; t < 40; t++) {
                    for (int r = 0; r < 20; r++) {
                        assertThat(Float.isFinite(y.get(t, r)))
                                .as("row %d, output %d with %f", t, r, value)
                                .isEqualTo(t != 35);
                    }
                }
            }
        }
    }

    /// All operands end at guard pages.
    private void staysInside(ElementType type, int out, int in, int rows) {
        try (Guards guards = new Guards();
                KernelOperands operands = new KernelOperands(11)) {
            LinearOperands linear = new LinearOperands(kernels, operands);
            HostWeight loose = linear.packed(operands.weight(type, out, in));
            PackedWeight panels = Objects.requireNonNull(loose.packed());
            HostWeight weight =
                    loose.withPacked(new PackedWeight(panels.layout(), out, in, guards.copy(panels.data())));
            MemorySegment biases = guards.copy(operands.vector(out).data());
            HostWeight bias = new HostWeight("bias", ElementType.F32, Shape.of(out), biases);
            HostMatrix x = guards.copy(operands.matrix(rows, in));
            HostMatrix y = guards.copy(operands.matrix(rows, out));
            long bytes = EncodedRows.bytes(RowEncoding.BF16, rows, in);
            EncodedRows encoded = new EncodedRows(RowEncoding.BF16, rows, in, guards.allocate(bytes));
            kernels.encode(x, encoded, operands.share(0, encoded.units()));
            LinearInput input = new LinearInput(x, true, Map.of(RowEncoding.BF16, encoded));
            HostMatrix expected = operands.matrix(rows, out);
            kernels.matmul(loose, bias, linear.prompt(loose, x), expected, operands.share(0, out));
            int first = PanelLayout.ROWS * (out / PanelLayout.ROWS / 2);
            kernels.matmul(weight, bias, input, y, operands.share(0, first));
            kernels.matmul(weight, bias, input, y, operands.share(first, out));
            KernelsContract.assertSameBits(y, expected);
        }
    }
}
