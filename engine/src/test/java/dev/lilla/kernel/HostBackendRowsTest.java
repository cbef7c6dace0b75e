package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A layer's operations through the whole backend: the same bits for a row whatever the threads and the batch.
class HostBackendRowsTest {
    private static final int HIDDEN = 512;
    private static final int HEADS = 8;
    private static final int HEAD_DIM = 64;

    @ParameterizedTest
    @EnumSource(
            value = HostOptions.Choice.class,
            names = {"VECTOR", "REFERENCE"})
    void haveTheSameBitsWhateverTheThreadsAndTheBatch(HostOptions.Choice kernels) {
        try (KernelOperands operands = new KernelOperands(5)) {
            HostWeight stored = operands.weight(ElementType.Q4_K, HIDDEN, HIDDEN);
            Tensor tensor = new Tensor("w", stored.type(), stored.shape(), stored.data());
            List<float[]> expected = run(kernels, 1, tensor, 1);
            for (int threads = 1; threads <= 3; threads++) {
                for (int batch : new int[] {3, 12}) {
                    List<float[]> found = run(kernels, threads, tensor, batch);
                    for (int row = 0; row < expected.size(); row++) {
                        assertThat(found.get(row)).as("row %s", row).containsExactly(expected.get(row));
                    }
                }
            }
        }
    }

    /// Twelve tokens of one sequence through projection, norm, rotation, attention and gate, `batch` at a time.
    private static List<float[]> run(HostOptions.Choice kernels, int threads, Tensor tensor, int batch) {
        try (HostBackend backend = HostBackend.open(new HostOptions(kernels, threads));
                KvBlocks cache = backend.allocateBlocks(
                        new KvLayout(KvType.F16, List.of(new KvLayout.Layer(HEADS, HEAD_DIM))), 1)) {
            Weight weight = backend.weight(tensor);
            int[] blocks = {cache.take()};
            Activation x = backend.allocate(batch, HIDDEN);
            Activation y = backend.allocate(batch, HIDDEN);
            SplittableRandom random = new SplittableRandom(9);
            List<float[]> results = new ArrayList<>();
            for (int position = 0; position < 12; position += batch) {
                float[] row = new float[HIDDEN];
                for (int t = 0; t < batch; t++) {
                    for (int i = 0; i < HIDDEN; i++) {
                        row[i] = (float) random.nextDouble(-1, 1);
                    }
                    backend.write(row, x, t);
                }
                step(backend, weight, x, y, new Span(0, batch, position, blocks), cache);
                for (int t = 0; t < batch; t++) {
                    float[] result = new float[HIDDEN];
                    backend.read(y, t, result);
                    results.add(result);
                }
            }
            return results;
        }
    }

    private static void step(
            HostBackend backend, Weight weight, Activation x, Activation y, Span span, KvBlocks cache) {
        float[] inverse = new float[HEAD_DIM / 2];
        float[] ones = new float[HIDDEN];
        Arrays.fill(ones, 0.5f);
        int[] positions = new int[span.count()];
        for (int i = 0; i < inverse.length; i++) {
            inverse[i] = (float) Math.pow(1e4, -2.0 * i / HEAD_DIM);
        }
        for (int i = 0; i < positions.length; i++) {
            positions[i] = span.position() + i;
        }
        backend.linear(weight, null, x, y);
        backend.rmsNorm(y, backend.weight("norm", ones), 1e-5f, y);
        Heads heads = new Heads(y, 0, HEADS, HEAD_DIM, HEAD_DIM);
        backend.rotate(heads, new RotaryFrequencies(RotaryStyle.HALF_SPLIT, inverse, 1), positions);
        backend.store(heads, heads, cache, 0, List.of(span));
        Activation attended = backend.allocate(span.count(), HIDDEN);
        backend.attend(
                heads, cache, 0, new AttentionMask(0.125f, 100, 0), AttentionRows.exact(List.of(span)), attended);
        backend.add(attended, x);
        backend.linear(weight, null, x, y);
        backend.gate(ActivationFunction.SILU, y, x, y);
    }
}
