package dev.lilla.bench;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Quantizer;
import dev.lilla.kernel.Weight;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Distinct matrices of one shape and type, so many that no cache holds them: every pass reads memory.
record SyntheticWeights(List<Weight> matrices, long bytes) {
    /// Four times the 64 MiB that large third-level caches have for a core.
    private static final long BYTES_MIN = 256L << 20;

    static SyntheticWeights of(Backend backend, Arena arena, ElementType type, int out, int in) {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[in];
        for (int i = 0; i < in; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        long rowBytes = type.byteSize(in);
        MemorySegment row = arena.allocate(rowBytes, 64);
        Quantizer.quantize(type, values, 0, in, row, 0);
        long matrixBytes = rowBytes * out;
        int count = Math.toIntExact(Math.ceilDiv(BYTES_MIN, matrixBytes));
        List<Weight> matrices = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            MemorySegment matrix = arena.allocate(matrixBytes, 64);
            for (int r = 0; r < out; r++) {
                MemorySegment.copy(row, 0, matrix, r * rowBytes, rowBytes);
            }
            matrices.add(backend.linearWeight(new Tensor("synthetic " + i, type, Shape.of(out, in), matrix)));
        }
        return new SyntheticWeights(matrices, matrixBytes * count);
    }
}
