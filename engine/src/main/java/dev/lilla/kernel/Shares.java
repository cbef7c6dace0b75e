package dev.lilla.kernel;

import java.lang.foreign.Arena;

/// Cuts the rows of an operation into shares for the workers of a pool, each with memory of its own.
final class Shares implements AutoCloseable {
    /// Elementary steps below which an operation is not worth sharing: waking and joining workers takes 0.5 µs
    /// (KERNELS.md 5), one core does some 8 steps a nanosecond, so 16,384 are about 2 µs.
    static final long STEPS_WORTH_SHARING = 16_384;

    /// Chunks a worker gets of a loop on average. One of them is what all others may wait for at the end; a call of
    /// machine code for each would cost a tenth of the loop, so several are taken at once ([WorkerChunks]).
    private static final int CHUNKS_PER_WORKER = 32;

    private final WorkerPool pool;
    private final Scratch[] scratch;

    /// @param arena owns the memory of the workers
    Shares(int threads, Arena arena) {
        this.pool = new WorkerPool(threads);
        this.scratch = new Scratch[threads];
        for (int i = 0; i < threads; i++) {
            scratch[i] = new Scratch(arena);
        }
    }

    /// What an operation does to a share of its rows.
    @FunctionalInterface
    interface Operation {
        void run(Share share);
    }

    int threads() {
        return pool.threads();
    }

    /// @throws FileChangedException if the operation read a mapped file that was shortened
    void run(int rows, long stepsPerRow, Operation operation) {
        run(rows, stepsPerRow, 1, operation);
    }

    /// @param grain shares are a multiple of so many rows
    void run(int rows, long stepsPerRow, int grain, Operation operation) {
        if (rows == 0) {
            return;
        }
        int chunk = rows;
        if (pool.threads() > 1 && rows * stepsPerRow >= STEPS_WORTH_SHARING) {
            chunk = Math.ceilDiv(Math.ceilDiv(rows, pool.threads() * CHUNKS_PER_WORKER), grain) * grain;
        }
        try {
            pool.run(rows, chunk, (from, to, worker) -> operation.run(new Share(from, to, scratch[worker])));
        } catch (InternalError e) {
            throw FileChangedException.of(e);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
