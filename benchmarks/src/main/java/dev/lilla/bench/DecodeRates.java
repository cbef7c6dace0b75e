package dev.lilla.bench;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.Weight;
import dev.lilla.tensor.ElementType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;

/// Products with one token at the shapes of TinyLlama: GB/s of weight bytes, median, and the part of [ReadCeiling].
final class DecodeRates {
    /// `[out, in]`: attention, gate and up, down, head.
    private static final int[][] SHAPES = {{2048, 2048}, {5632, 2048}, {2048, 5632}, {32_000, 2048}};

    private static final List<ElementType> TYPES = List.of(
            ElementType.Q8_0, ElementType.Q4_0, ElementType.Q4_K, ElementType.Q6_K, ElementType.BF16, ElementType.F32);

    /// Long enough for the compiler to be done with the last type before half of it is over.
    private static final long NANOS_EACH = 6_000_000_000L;

    private DecodeRates() {}

    static void main(String[] args) throws InterruptedException, ExecutionException {
        int threads = args.length > 0 ? Integer.parseInt(args[0]) : 2;
        double ceiling = ReadCeiling.measure(threads);
        try (HostBackend backend = HostBackend.open(new HostOptions(HostOptions.Choice.AUTO, threads))) {
            IO.println(String.format("%s, read ceiling %.1f GB/s", backend.description(), ceiling));
            for (ElementType type : TYPES) {
                for (int[] shape : SHAPES) {
                    double rate = rate(backend, type, shape[0], shape[1]);
                    IO.println(String.format(
                            "%-5s %5d x %4d %6.1f GB/s %3.0f %%",
                            type, shape[0], shape[1], rate, 100 * rate / ceiling));
                }
            }
        }
    }

    private static double rate(Backend backend, ElementType type, int out, int in) {
        try (Arena arena = Arena.ofShared()) {
            SyntheticWeights weights = SyntheticWeights.of(backend, arena, type, out, in);
            Activation x = backend.allocate(1, in);
            Activation y = backend.allocate(1, out);
            List<Long> nanos = new ArrayList<>();
            long start = System.nanoTime();
            while (System.nanoTime() - start < NANOS_EACH) {
                long begin = System.nanoTime();
                for (Weight weight : weights.matrices()) {
                    backend.linear(weight, null, x, y);
                }
                nanos.add(System.nanoTime() - begin);
            }
            List<Long> settled = new ArrayList<>(nanos.subList(nanos.size() / 2, nanos.size()));
            Collections.sort(settled);
            return (double) weights.bytes() / settled.get(settled.size() / 2);
        }
    }
}
