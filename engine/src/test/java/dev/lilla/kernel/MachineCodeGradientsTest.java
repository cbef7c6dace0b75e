package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.lilla.kernel.GradientKernels.NormedRows;
import dev.lilla.kernel.x64.Isa;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Derivatives in machine code against their definitions, at sizes around the vector widths.
class MachineCodeGradientsTest {
    private static final int[] SIZES = {1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 1000};
    private static final int ROWS = 5;

    private final GradientKernels reference = new ReferenceGradientKernels();

    private static GradientKernels kernels(Isa isa) {
        return MachineCodeContractTest.kernels(isa).gradients();
    }

    private static void forSizes(Consumer<KernelOperands> test) {
        try (KernelOperands operands = new KernelOperands(11)) {
            test.accept(operands);
        }
    }

    private static void same(String what, HostMatrix found, HostMatrix expected, double tolerance) {
        for (int row = 0; row < expected.rows(); row++) {
            for (int column = 0; column < expected.columns(); column++) {
                double value = expected.get(row, column);
                assertThat((double) found.get(row, column))
                        .as("%s [%d, %d] of %s", what, row, column, expected)
                        .isCloseTo(value, offset(tolerance * (1 + Math.abs(value))));
            }
        }
        assertThat(KernelOperands.isCleanAround(found)).as("beside " + what).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"AVX2", "AVX512"})
    void gates(Isa isa) {
        GradientKernels kernels = kernels(isa);
        forSizes(operands -> {
            for (int columns : SIZES) {
                for (ActivationFunction function : ActivationFunction.values()) {
                    HostMatrix gate = operands.matrix(ROWS, columns);
                    gate.set(0, 0, -100);
                    gate.set(1, 0, 100);
                    HostMatrix up = operands.matrix(ROWS, columns);
                    HostMatrix dy = operands.matrix(ROWS, columns);
                    HostMatrix expectedGate = operands.copy(dy);
                    HostMatrix expectedUp = operands.copy(dy);
                    HostMatrix dUp = operands.copy(dy);
                    Share share = operands.share(0, ROWS);
                    reference.gate(function, gate, up, dy, expectedGate, expectedUp, share);
                    kernels.gate(function, gate, up, dy, dy, dUp, share);
                    same(function + " dGate", dy, expectedGate, 1e-5);
                    same(function + " dUp", dUp, expectedUp, 1e-5);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"AVX2", "AVX512"})
    void activationsCapsAndSums(Isa isa) {
        GradientKernels kernels = kernels(isa);
        forSizes(operands -> {
            for (int columns : SIZES) {
                HostMatrix x = operands.matrix(ROWS, columns);
                HostMatrix dy = operands.matrix(ROWS, columns);
                Share share = operands.share(1, ROWS);
                for (ActivationFunction function : ActivationFunction.values()) {
                    compare(operands, function.name(), dy, (by, y) -> by.activate(function, x, y, share), kernels);
                }
                compare(operands, "soft cap", dy, (by, y) -> by.softCap(x, 5, y, share), kernels);
                compare(operands, "scaled", dy, (by, y) -> by.addScaled(-0.7f, x, y, share), kernels);
                compare(operands, "scaled in place", dy, (by, y) -> by.addScaled(-0.7f, y, y, share), kernels);
                HostMatrix sums = operands.matrix(1, columns);
                Share some = operands.share(columns / 3, columns);
                compare(operands, "sums", sums, (by, y) -> by.columnSums(x, y, some), kernels);
                double[] expected = new double[ROWS];
                double[] found = new double[ROWS];
                reference.squares(x, expected, share);
                kernels.squares(x, found, share);
                for (int row = 0; row < ROWS; row++) {
                    assertThat(found[row]).isCloseTo(expected[row], offset(1e-12 * (1 + expected[row])));
                }
            }
        });
    }

    private interface Operation {
        void run(GradientKernels by, HostMatrix changed);
    }

    private void compare(
            KernelOperands operands, String what, HostMatrix before, Operation operation, GradientKernels kernels) {
        HostMatrix expected = operands.copy(before);
        HostMatrix found = operands.copy(before);
        operation.run(reference, expected);
        operation.run(kernels, found);
        same(what, found, expected, 1e-5);
    }

    @ParameterizedTest
    @EnumSource(names = {"AVX2", "AVX512"})
    void norms(Isa isa) {
        GradientKernels kernels = kernels(isa);
        forSizes(operands -> {
            for (int columns : SIZES) {
                HostMatrix x = operands.matrix(ROWS, columns);
                HostMatrix dy = operands.matrix(ROWS, columns);
                HostMatrix dx = operands.matrix(ROWS, columns);
                HostMatrix dWeight = operands.matrix(1, columns);
                // An epsilon that keeps a row of one element, which layer norm makes zero, from being steep.
                NormWeights norm = new NormWeights(operands.vector(columns), null, 0.1f);
                Share share = operands.share(0, ROWS);
                Share all = operands.share(0, columns);
                compare(
                        operands,
                        "rmsNorm",
                        dx,
                        (by, y) -> by.rmsNorm(x, norm, dy, y, NormedRows.rms(ROWS), share),
                        kernels);
                compare(
                        operands,
                        "layerNorm",
                        dx,
                        (by, y) -> by.layerNorm(x, norm, dy, y, NormedRows.layer(ROWS), share),
                        kernels);
                HostMatrix scratch = operands.matrix(ROWS, columns);
                compare(
                        operands,
                        "weight of rmsNorm",
                        dWeight,
                        (by, y) -> {
                            NormedRows rows = NormedRows.rms(ROWS);
                            by.rmsNorm(x, norm, dy, scratch, rows, share);
                            by.normWeight(x, rows, dy, y, all);
                        },
                        kernels);
                compare(
                        operands,
                        "weight of layerNorm",
                        dWeight,
                        (by, y) -> {
                            NormedRows rows = NormedRows.layer(ROWS);
                            by.layerNorm(x, norm, dy, scratch, rows, share);
                            by.normWeight(x, rows, dy, y, all);
                        },
                        kernels);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"AVX2", "AVX512"})
    void crossEntropy(Isa isa) {
        GradientKernels kernels = kernels(isa);
        forSizes(operands -> {
            for (int columns : SIZES) {
                HostMatrix logits = operands.matrix(ROWS, columns);
                for (int i = 0; i < columns; i++) {
                    logits.set(2, i, logits.get(2, i) - 300);
                    logits.set(3, i, 30 * logits.get(3, i));
                }
                int[] labels = {0, columns - 1, columns / 2, columns / 3, 0};
                float[] weights = {1, 0.5f, 0.25f, 3, 0};
                double[] expected = new double[ROWS];
                double[] found = new double[ROWS];
                Share share = operands.share(0, ROWS);
                HostMatrix gradient = operands.copy(logits);
                reference.crossEntropy(gradient, labels, weights, expected, share);
                kernels.crossEntropy(logits, labels, weights, found, share);
                same("gradient", logits, gradient, 1e-5);
                for (int row = 0; row < ROWS; row++) {
                    assertThat(found[row]).isCloseTo(expected[row], offset(1e-5 * (1 + expected[row])));
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"AVX2", "AVX512"})
    void adamW(Isa isa) {
        GradientKernels kernels = kernels(isa);
        forSizes(operands -> {
            for (int columns : SIZES) {
                HostMatrix gradient = operands.matrix(ROWS, columns);
                HostMatrix[] state = new HostMatrix[6];
                for (int i = 0; i < 3; i++) {
                    state[i] = operands.matrix(ROWS, columns);
                    if (i == 2) {
                        for (int row = 0; row < ROWS; row++) {
                            for (int k = 0; k < columns; k++) {
                                state[i].set(row, k, Math.abs(state[i].get(row, k)));
                            }
                        }
                    }
                    state[3 + i] = operands.copy(state[i]);
                }
                AdamStep step = new AdamStep(1e-2f, 0.9f, 0.95f, 1e-8f, 0.1f, 3, 0.5f);
                Share share = operands.share(0, ROWS);
                reference.adamW(step, state[0], gradient, state[1], state[2], share);
                kernels.adamW(step, state[3], gradient, state[4], state[5], share);
                for (int i = 0; i < 3; i++) {
                    same("state " + i, state[3 + i], state[i], 1e-5);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"AVX2", "AVX512"})
    void attention(Isa isa) {
        attention(isa, 16, 2, 1, new AttentionMask(0.25f, Integer.MAX_VALUE, 0));
        attention(isa, 64, 6, 2, new AttentionMask(0.125f, Integer.MAX_VALUE, 0));
        attention(isa, 20, 2, 2, new AttentionMask(0.2f, 37, 3));
        attention(isa, 33, 3, 1, new AttentionMask(0.2f, 150, 0));
        attention(isa, 128, 1, 1, new AttentionMask(0.1f, 1, 0));
    }

    private void attention(Isa isa, int headDim, int heads, int kvHeads, AttentionMask mask) {
        try (KernelOperands operands = new KernelOperands(12)) {
            List<Span> spans = List.of(
                    new Span(0, 1, 0, new int[5]), new Span(1, 131, 0, new int[5]), new Span(133, 290, 0, new int[5]));
            int rows = 425;
            HostMatrix packed = operands.matrix(rows, (heads + 2 * kvHeads) * headDim);
            Heads queries = new Heads(packed, 0, heads, headDim, headDim);
            Heads keys = new Heads(packed, heads * headDim, kvHeads, headDim, headDim);
            Heads values = new Heads(packed, (heads + kvHeads) * headDim, kvHeads, headDim, headDim);
            HostMatrix dOutput = operands.matrix(rows, heads * headDim);
            HostMatrix output = output(operands, queries, keys, values, mask, spans, rows);
            HostMatrix expected = operands.copy(packed);
            HostMatrix found = operands.copy(packed);
            GradientKernels[] both = {reference, kernels(isa)};
            HostMatrix[] targets = {expected, found};
            for (int i = 0; i < 2; i++) {
                AttentionGradient step = new AttentionGradient(
                        queries,
                        keys,
                        values,
                        mask,
                        spans,
                        output,
                        dOutput,
                        new Heads(targets[i], 0, heads, headDim, headDim),
                        new Heads(targets[i], heads * headDim, kvHeads, headDim, headDim),
                        new Heads(targets[i], (heads + kvHeads) * headDim, kvHeads, headDim, headDim));
                both[i].attend(step, operands.share(0, spans.size() * kvHeads));
            }
            same("gradients for " + mask, found, expected, 1e-4);
        }
    }

    /// What attention gives, in double.
    private static HostMatrix output(
            KernelOperands operands,
            Heads queries,
            Heads keys,
            Heads values,
            AttentionMask mask,
            List<Span> spans,
            int rows) {
        int headDim = queries.headDim();
        HostMatrix out = operands.matrix(rows, queries.heads() * headDim);
        HostMatrix data = (HostMatrix) queries.data();
        int group = queries.heads() / keys.heads();
        for (Span span : spans) {
            for (int head = 0; head < queries.heads(); head++) {
                int q = queries.offset() + head * headDim;
                int k = keys.offset() + head / group * headDim;
                int v = values.offset() + head / group * headDim;
                for (int t = 0; t < span.count(); t++) {
                    double total = 0;
                    double[] sum = new double[headDim];
                    for (int j = Math.max(0, t - mask.window() + 1); j <= t; j++) {
                        double score = 0;
                        for (int i = 0; i < headDim; i++) {
                            score += (double) data.get(span.row() + t, q + i) * data.get(span.row() + j, k + i);
                        }
                        score *= mask.scale();
                        if (mask.softCap() > 0) {
                            score = mask.softCap() * Math.tanh(score / mask.softCap());
                        }
                        double weight = Math.exp(score);
                        total += weight;
                        for (int i = 0; i < headDim; i++) {
                            sum[i] += weight * data.get(span.row() + j, v + i);
                        }
                    }
                    for (int i = 0; i < headDim; i++) {
                        out.set(span.row() + t, head * headDim + i, (float) (sum[i] / total));
                    }
                }
            }
        }
        return out;
    }
}
