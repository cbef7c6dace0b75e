package dev.lilla.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The read bandwidth that Java can show for this machine: the best of one and two streams a thread over 1 GiB, each
/// thread its own part. Java has no software prefetch, so the ceiling of KERNELS.md 11, which includes it, is higher.
final class ReadCeiling {
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final long BYTES = 1L << 30;
    private static final int PASSES = 24;

    private ReadCeiling() {}

    /// @return GB/s, 10^9 bytes
    static double measure(int threads) throws InterruptedException, ExecutionException {
        try (Arena arena = Arena.ofShared();
                ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            MemorySegment memory = arena.allocate(BYTES, 4096);
            memory.fill((byte) 7);
            double best = 0;
            for (int pass = 0; pass < PASSES; pass++) {
                int streams = 1 + pass % 2;
                long begin = System.nanoTime();
                List<Callable<Long>> parts = new ArrayList<>();
                for (int thread = 0; thread < threads; thread++) {
                    long from = BYTES / threads * thread;
                    parts.add(() -> streams == 1
                            ? read(memory, from, BYTES / threads)
                            : readTwo(memory, from, BYTES / threads / 2));
                }
                for (Future<Long> part : pool.invokeAll(parts)) {
                    if (part.get() != 0) {
                        throw new IllegalStateException("the memory is not what was written");
                    }
                }
                best = Math.max(best, (double) BYTES / (System.nanoTime() - begin));
            }
            return best;
        }
    }

    private static LongVector load(MemorySegment memory, long at) {
        return LongVector.fromMemorySegment(LONGS, memory, at, ByteOrder.nativeOrder());
    }

    /// The exclusive or of all longs, four vectors at once.
    private static long read(MemorySegment memory, long from, long bytes) {
        int step = LONGS.vectorByteSize();
        LongVector a = LongVector.zero(LONGS);
        LongVector b = a;
        LongVector c = a;
        LongVector d = a;
        for (long i = from; i < from + bytes; i += 4L * step) {
            a = a.lanewise(VectorOperators.XOR, load(memory, i));
            b = b.lanewise(VectorOperators.XOR, load(memory, i + step));
            c = c.lanewise(VectorOperators.XOR, load(memory, i + 2L * step));
            d = d.lanewise(VectorOperators.XOR, load(memory, i + 3L * step));
        }
        LongVector all = a.lanewise(VectorOperators.XOR, b)
                .lanewise(VectorOperators.XOR, c)
                .lanewise(VectorOperators.XOR, d);
        return all.reduceLanes(VectorOperators.XOR);
    }

    /// The same over two halves at once.
    private static long readTwo(MemorySegment memory, long from, long half) {
        int step = LONGS.vectorByteSize();
        LongVector a = LongVector.zero(LONGS);
        LongVector b = a;
        LongVector c = a;
        LongVector d = a;
        for (long i = from; i < from + half; i += 2L * step) {
            a = a.lanewise(VectorOperators.XOR, load(memory, i));
            b = b.lanewise(VectorOperators.XOR, load(memory, i + step));
            c = c.lanewise(VectorOperators.XOR, load(memory, i + half));
            d = d.lanewise(VectorOperators.XOR, load(memory, i + half + step));
        }
        LongVector all = a.lanewise(VectorOperators.XOR, b)
                .lanewise(VectorOperators.XOR, c)
                .lanewise(VectorOperators.XOR, d);
        return all.reduceLanes(VectorOperators.XOR);
    }

    static void main(String[] args) throws InterruptedException, ExecutionException {
        int most = args.length > 0 ? Integer.parseInt(args[0]) : 2;
        for (int threads : IntStream.rangeClosed(1, most).toArray()) {
            IO.println(String.format("%d threads: %.1f GB/s", threads, measure(threads)));
        }
    }
}
