package dev.lilla.kernel;

import dev.lilla.kernel.x64.CeilingCode;
import dev.lilla.kernel.x64.CeilingCode.Multiplying;
import dev.lilla.kernel.x64.CeilingCode.Reading;
import dev.lilla.kernel.x64.CodeMemory;
import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.Kernel;
import dev.lilla.kernel.x64.LinuxMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// What this machine can do at most, so that a percentage of it means something (KERNELS.md 11).
///
/// @param readBytesPerSecond the best of all ways to read 1 GiB that lies in huge pages
/// @param readBy that way
/// @param multiplications operations a second, 2 a multiply-add, of each kind that the processor has, on random numbers
public record Ceilings(double readBytesPerSecond, String readBy, List<Rate> multiplications) {
    private static final long READ_BYTES = 1L << 30;

    /// Passes over the memory, of which the fastest counts: the first ones also bring the cores to speed.
    private static final int PASSES = 4;

    private static final int BLOCK_BYTES = 8192;
    private static final int TILE_CONFIGURATION = 64;

    /// Turns of a multiplying loop: some 20 ms at 100 GFLOP/s.
    private static final int TURNS = 5_000_000;

    /// One kind of multiplication.
    ///
    /// @param name in the words of `lilla bench --ceilings`
    public record Rate(String name, double operationsPerSecond) {}

    /// Measures with all of `threads` at once; takes a few seconds and 1 GiB of memory.
    ///
    /// @param progress is told what is measured next
    /// @return empty where machine code cannot run
    /// @throws CapacityException if there is no memory for it
    public static Optional<Ceilings> measure(int threads, Consumer<String> progress) {
        Optional<Set<CpuFeature>> features = CpuFeature.ofThisMachine();
        Optional<Isa> best = features.flatMap(Ceilings::best);
        if (best.isEmpty()) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofShared();
                Shares shares = new Shares(threads, arena)) {
            Ceiling measure = new Ceiling(best.get(), shares, arena);
            progress.accept("reading");
            Reading fastest = Reading.all().getFirst();
            double rate = 0;
            MemorySegment memory = measure.memory();
            for (Reading reading : Reading.all()) {
                double found = measure.read(reading, memory);
                if (found > rate) {
                    rate = found;
                    fastest = reading;
                }
            }
            List<Rate> rates = new ArrayList<>();
            for (Multiplying kind : kinds(best.get())) {
                progress.accept("multiplying " + words(kind));
                rates.add(new Rate(words(kind), measure.multiply(kind)));
            }
            return Optional.of(new Ceilings(rate, fastest.toString(), List.copyOf(rates)));
        }
    }

    private static Optional<Isa> best(Set<CpuFeature> features) {
        for (Isa isa : new Isa[] {Isa.AMX, Isa.AVX512, Isa.AVX2}) {
            if (isa.missing(features).isEmpty()) {
                return Optional.of(isa);
            }
        }
        return Optional.empty();
    }

    private static List<Multiplying> kinds(Isa isa) {
        return switch (isa) {
            case AVX2 -> List.of(Multiplying.FLOATS);
            case AVX512 -> List.of(Multiplying.FLOATS, Multiplying.BYTES);
            case AMX -> List.of(Multiplying.FLOATS, Multiplying.BYTES, Multiplying.TILES);
        };
    }

    private static String words(Multiplying kind) {
        return switch (kind) {
            case FLOATS -> "f32";
            case BYTES -> "8-bit";
            case TILES -> "bf16 tiles";
        };
    }

    /// The measurements themselves.
    private record Ceiling(Isa isa, Shares shares, Arena arena) {
        MemorySegment memory() {
            MemorySegment memory = LinuxMemory.pages(READ_BYTES, arena)
                    .orElseThrow(() -> new CapacityException("no memory for " + READ_BYTES + " bytes to read"));
            // Touched by the threads that read it. Random, since equal pages read almost twice as fast on some virtual
            // machines (60 GB/s instead of 35 where this was seen).
            shares.run(shares.threads(), READ_BYTES, share -> {
                MemorySegment part = part(memory, share);
                SplittableRandom random = new SplittableRandom(share.from());
                for (long at = 0; at < part.byteSize(); at += Long.BYTES) {
                    part.set(ValueLayout.JAVA_LONG, at, random.nextLong());
                }
            });
            return memory;
        }

        private MemorySegment part(MemorySegment memory, Share share) {
            long bytes =
                    memory.byteSize() / shares.threads() / (2 * CeilingCode.TURN_BYTES) * 2 * CeilingCode.TURN_BYTES;
            return memory.asSlice(share.from() * bytes, (share.to() - share.from()) * bytes);
        }

        double read(Reading reading, MemorySegment memory) {
            Kernel kernel = CodeMemory.require("read " + reading, CeilingCode.read(isa, reading));
            long best = Long.MAX_VALUE;
            for (int pass = 0; pass < PASSES; pass++) {
                long start = System.nanoTime();
                shares.run(shares.threads(), READ_BYTES, share -> {
                    MemorySegment part = part(memory, share);
                    MemorySegment arguments = share.scratch().arguments();
                    long stream = part.byteSize() / reading.streams();
                    arguments.set(ValueLayout.JAVA_LONG, 0, part.address());
                    arguments.set(ValueLayout.JAVA_LONG, 8, stream / CeilingCode.TURN_BYTES);
                    arguments.set(ValueLayout.JAVA_LONG, 16, part.address() + stream);
                    kernel.call(arguments.address());
                });
                best = Math.min(best, System.nanoTime() - start);
            }
            return READ_BYTES * 1e9 / best;
        }

        double multiply(Multiplying kind) {
            Kernel kernel = CodeMemory.require("multiply " + kind, CeilingCode.multiply(isa, kind));
            long best = Long.MAX_VALUE;
            for (int pass = 0; pass < PASSES; pass++) {
                long start = System.nanoTime();
                shares.run(shares.threads(), TURNS, share -> {
                    MemorySegment block = share.scratch().memory(BLOCK_BYTES);
                    fill(block, kind);
                    MemorySegment arguments = share.scratch().arguments();
                    arguments.set(ValueLayout.JAVA_LONG, 0, block.address());
                    arguments.set(ValueLayout.JAVA_LONG, 8, TURNS);
                    kernel.call(arguments.address());
                });
                best = Math.min(best, System.nanoTime() - start);
            }
            return (double) kind.operations(isa) * TURNS * shares.threads() * 1e9 / best;
        }

        /// Random numbers near 1, since zeros are multiplied with less power and so faster (KERNELS.md 1).
        private static void fill(MemorySegment block, Multiplying kind) {
            SplittableRandom random = new SplittableRandom(1);
            for (long at = 0; at < BLOCK_BYTES; at += 2) {
                int bits = kind == Multiplying.BYTES ? random.nextInt() : 0x3F00 | random.nextInt(256);
                block.set(ValueLayout.JAVA_SHORT, at, (short) bits);
            }
            if (kind == Multiplying.TILES) {
                MemorySegment configuration =
                        block.asSlice(0, TILE_CONFIGURATION).fill((byte) 0);
                configuration.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
                for (int tile = 0; tile < 8; tile++) {
                    configuration.set(ValueLayout.JAVA_SHORT, 16 + 2L * tile, (short) 64);
                    configuration.set(ValueLayout.JAVA_BYTE, 48L + tile, (byte) 16);
                }
            }
        }
    }
}
