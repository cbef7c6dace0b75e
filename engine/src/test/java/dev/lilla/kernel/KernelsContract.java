package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lilla.tensor.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

/// What every implementation of [Kernels] does, as dynamic tests: these run for each vector width, which one program
/// can only have once, in class loaders of their own.
final class KernelsContract {
    private static final int[] SIZES = {0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1000, 4098};

    /// Of the sum of the magnitudes of all products.
    private static final double PRODUCT_TOLERANCE = 1e-5;

    private final Kernels kernels;

    KernelsContract(Kernels kernels) {
        this.kernels = kernels;
    }

    Stream<DynamicNode> tests() {
        return Stream.of(
                dynamicContainer("products", products()),
                dynamicContainer("rows", rowInvariance()),
                dynamicContainer("norms", norms()),
                dynamicContainer("head norms", headNorms()),
                dynamicContainer("elements", elements()),
                dynamicContainer("rotation", rotation()),
                dynamicContainer("attention", new AttentionContract(kernels).tests()));
    }

    private static DynamicTest test(String name, Executable body) {
        return dynamicTest(name, body);
    }

    private static IntStream sizes(ElementType type) {
        return Arrays.stream(SIZES)
                .filter(size -> size % type.blockElements() == 0 || size > 64)
                .map(size -> Math.ceilDiv(size, type.blockElements()) * type.blockElements())
                .distinct();
    }

    private static Stream<ElementType> realTypes() {
        return Arrays.stream(ElementType.values()).filter(ElementType::isReal);
    }

    private Stream<DynamicNode> products() {
        return realTypes()
                .map(type -> test(type + " meets the definition at all sizes", () -> {
                    for (int in : sizes(type).toArray()) {
                        for (int tokens : new int[] {1, 3, 5}) {
                            checkProduct(type, in, in > 100 ? 5 : 7, tokens);
                        }
                    }
                }));
    }

    private void checkProduct(ElementType type, int in, int out, int tokens) {
        try (KernelOperands operands = new KernelOperands(in + 31L * tokens)) {
            LinearOperands linear = new LinearOperands(kernels, operands);
            HostWeight weight = linear.packed(operands.weight(type, out, in));
            HostWeight bias = operands.vector(out);
            HostMatrix x = operands.matrix(tokens, in);
            HostMatrix before = operands.matrix(tokens, out);
            HostMatrix y = operands.copy(before);
            kernels.matmul(weight, bias, linear.input(weight, x), y, operands.share(0, out));
            HostMatrix added = operands.copy(before);
            kernels.matmulAdd(weight, 0.5f, linear.input(weight, x), added, operands.share(0, out));
            float[] row = new float[in];
            double[][] rows = LinearOperands.meant(weight, x);
            for (int r = 0; r < out; r++) {
                weight.copyRow(r, row);
                for (int t = 0; t < tokens; t++) {
                    double sum = 0;
                    double size = 0;
                    for (int k = 0; k < in; k++) {
                        sum += row[k] * rows[t][k];
                        size += Math.abs((double) row[k] * x.get(t, k));
                    }
                    String where = type + " [" + out + ", " + in + "], token " + t + ", row " + r;
                    check(where, y.get(t, r), sum + bias.get(r), size * PRODUCT_TOLERANCE + 1e-6);
                    double expected = before.get(t, r) + 0.5 * sum;
                    check(where + ", added", added.get(t, r), expected, size * PRODUCT_TOLERANCE + 1e-6);
                }
            }
            assertThat(KernelOperands.isCleanAround(y)).isTrue();
            assertThat(KernelOperands.isCleanAround(added)).isTrue();
        }
    }

    private static void check(String where, float found, double expected, double tolerance) {
        if (!(Math.abs(found - expected) <= tolerance)) {
            throw new AssertionError(where + ": " + found + ", expected " + expected + " ± " + tolerance);
        }
    }

    private Stream<DynamicNode> rowInvariance() {
        return realTypes()
                .map(type -> test(type + " gives a row the same bits in any company", () -> {
                    int in = type.isQuantized() ? 5 * 256 : 1100;
                    try (KernelOperands operands = new KernelOperands(7)) {
                        int out = 19;
                        LinearOperands linear = new LinearOperands(kernels, operands);
                        HostWeight weight = linear.packed(operands.weight(type, out, in));
                        HostMatrix x = operands.matrix(40, in);
                        HostMatrix alone = operands.matrix(40, out);
                        for (int t = 0; t < 40; t++) {
                            LinearInput row = linear.input(weight, x.rows(t, 1));
                            kernels.matmul(weight, null, row, alone.rows(t, 1), operands.share(0, out));
                        }
                        int[] cuts = weight.packed() == null ? new int[] {1, 3, 4, 16, 19} : new int[] {16, 32};
                        for (int tokens : new int[] {2, 3, 4, 7, 8, 31, 32, 40}) {
                            LinearInput input = linear.input(weight, x.rows(0, tokens));
                            for (int cut : cuts) {
                                HostMatrix y = operands.matrix(40, out);
                                for (int from = 0; from < out; from += cut) {
                                    Share share = operands.share(from, Math.min(from + cut, out));
                                    kernels.matmul(weight, null, input, y.rows(0, tokens), share);
                                }
                                assertSameBits(y.rows(0, tokens), alone.rows(0, tokens));
                            }
                        }
                    }
                }));
    }

    static void assertSameBits(HostMatrix found, HostMatrix expected) {
        for (int row = 0; row < found.rows(); row++) {
            for (int i = 0; i < found.columns(); i++) {
                if (Float.floatToRawIntBits(found.get(row, i)) != Float.floatToRawIntBits(expected.get(row, i))) {
                    throw new AssertionError("row " + row + " of " + found.rows() + ", column " + i + ": "
                            + found.get(row, i) + ", alone " + expected.get(row, i));
                }
            }
        }
    }

    /// An operation on all rows of a matrix.
    private interface RowOperation {
        void run(Kernels kernels, HostMatrix x, HostMatrix y, Share share);
    }

    /// Compares with the plain loops, checks the surroundings, and that a row alone has the same bits.
    private void checkRows(String name, int columns, double tolerance, RowOperation operation) {
        try (KernelOperands operands = new KernelOperands(columns)) {
            HostMatrix x = operands.matrix(3, columns);
            HostMatrix start = operands.matrix(3, columns);
            if (columns > 8) {
                x.set(1, 3, 80);
                x.set(1, 4, -80);
                x.set(1, 5, -0.0f);
                x.set(1, 6, 1e-30f);
            }
            HostMatrix found = operands.copy(start);
            HostMatrix expected = operands.copy(start);
            operation.run(kernels, operands.copy(x), found, operands.share(0, 3));
            operation.run(new ReferenceKernels(), operands.copy(x), expected, operands.share(0, 3));
            for (int row = 0; row < 3; row++) {
                for (int i = 0; i < columns; i++) {
                    double reference = expected.get(row, i);
                    String where = name + " of " + columns + " columns, row " + row + ", column " + i;
                    check(where, found.get(row, i), reference, tolerance * Math.max(1, Math.abs(reference)));
                }
            }
            assertThat(KernelOperands.isCleanAround(found)).isTrue();
            HostMatrix parts = operands.copy(start);
            for (int row = 0; row < 3; row++) {
                operation.run(kernels, operands.copy(x), parts, operands.share(row, row + 1));
            }
            assertSameBits(parts, found);
        }
    }

    private DynamicNode rowTest(String name, double tolerance, RowOperation operation) {
        return test(name + " meets the definition at all sizes", () -> {
            for (int columns : SIZES) {
                if (columns > 0) {
                    checkRows(name, columns, tolerance, operation);
                }
            }
        });
    }

    private static HostWeight vector(KernelOperands operands, int elements) {
        return operands.vector(elements);
    }

    private Stream<DynamicNode> norms() {
        KernelOperands operands = new KernelOperands(1);
        HostWeight[] vectors = new HostWeight[4099];
        for (int size : SIZES) {
            vectors[size] = vector(operands, size);
        }
        return Stream.of(
                rowTest("rmsNorm", 2e-6, (k, x, y, share) -> k.rmsNorm(x, norm(vectors, x, null), y, share)),
                rowTest("rmsNorm in place", 2e-6, (k, x, y, share) -> k.rmsNorm(y, norm(vectors, y, null), y, share)),
                rowTest("layerNorm", 4e-6, (k, x, y, share) -> k.layerNorm(x, norm(vectors, x, null), y, share)),
                rowTest(
                        "layerNorm with bias, in place",
                        4e-6,
                        (k, x, y, share) -> k.layerNorm(y, norm(vectors, y, vectors[y.columns()]), y, share)));
    }

    private Stream<DynamicNode> headNorms() {
        return Stream.of(1, 2, 71)
                .map(heads -> test(heads + " heads meet the definition", () -> {
                    for (int headDim : new int[] {1, 16, 33, 64, 80}) {
                        try (KernelOperands operands = new KernelOperands(headDim)) {
                            NormWeights norm = new NormWeights(operands.vector(headDim), null, 1e-5f);
                            int stride = headDim + 3;
                            checkRows(
                                    "headNorm",
                                    2 + heads * stride,
                                    2e-6,
                                    (k, x, y, share) ->
                                            k.headNorm(new Heads(y, 2, heads, headDim, stride), norm, share));
                        }
                    }
                }));
    }

    private static NormWeights norm(HostWeight[] vectors, HostMatrix x, @Nullable HostWeight bias) {
        return new NormWeights(vectors[x.columns()], bias, 1e-5f);
    }

    private Stream<DynamicNode> elements() {
        List<DynamicNode> tests = new ArrayList<>();
        for (ActivationFunction function : ActivationFunction.values()) {
            tests.add(rowTest("gate " + function, 3e-7, (k, x, y, share) -> k.gate(function, x, y, y, share)));
            tests.add(rowTest("activate " + function, 3e-7, (k, x, y, share) -> k.activate(function, y, share)));
        }
        tests.add(rowTest("add", 0, (k, x, y, share) -> k.add(x, y, share)));
        tests.add(rowTest("softCap", 1e-6, (k, x, y, share) -> k.softCap(y, 3, share)));
        return tests.stream();
    }

    private Stream<DynamicNode> rotation() {
        return Arrays.stream(RotaryStyle.values())
                .map(style -> test(style + " meets the definition", () -> {
                    for (int pairs : new int[] {1, 3, 4, 8, 20, 32, 33, 64}) {
                        float[] inverse = new float[pairs];
                        for (int i = 0; i < pairs; i++) {
                            inverse[i] = (float) Math.pow(1e4, -1.0 * i / pairs);
                        }
                        RotaryFrequencies frequencies = new RotaryFrequencies(style, inverse, 1.25f);
                        RotaryAngles angles = RotaryAngles.of(frequencies, new int[] {0, 1, 100_000});
                        int headDim = 2 * pairs + 3;
                        for (int heads : new int[] {2, 71}) {
                            checkRows(
                                    "rotate " + heads + " heads",
                                    1 + heads * (headDim + 2),
                                    1e-6,
                                    (k, x, y, share) ->
                                            k.rotate(new Heads(y, 1, heads, headDim, headDim + 2), angles, share));
                        }
                    }
                }));
    }
}
