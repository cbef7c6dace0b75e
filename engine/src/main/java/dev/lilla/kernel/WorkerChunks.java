package dev.lilla.kernel;

import java.util.concurrent.atomic.AtomicLongArray;

/// The chunks of a loop, dealt out to workers: each has a run of its own, which it takes in order, so that what it
/// reads
/// is one stream and what is fetched ahead at the end of a chunk is the beginning of its next. One that is done takes
/// the last chunks of others.
final class WorkerChunks {
    /// What [#take] answers when there is nothing left.
    static final int NONE = -1;

    /// Longs from the run of a worker to the next: two cache lines, as processors fetch lines in pairs.
    private static final int SPACING = 16;

    private final int workers;

    /// The run that is left of each worker: its first chunk in the upper half, the one behind its last in the lower.
    private final AtomicLongArray runs;

    WorkerChunks(int chunks, int workers) {
        this.workers = workers;
        this.runs = new AtomicLongArray(workers * SPACING);
        for (int worker = 0; worker < workers; worker++) {
            long from = (long) chunks * worker / workers;
            long to = (long) chunks * (worker + 1) / workers;
            runs.setPlain(worker * SPACING, run(from, to));
        }
    }

    /// The next chunk for a worker: each is given once.
    int take(int worker) {
        int own = take(worker, true);
        for (int other = 1; own == NONE && other < workers; other++) {
            own = take((worker + other) % workers, false);
        }
        return own;
    }

    private int take(int worker, boolean isFirst) {
        while (true) {
            long run = runs.get(worker * SPACING);
            int from = (int) (run >> Integer.SIZE);
            int to = (int) run;
            if (from == to) {
                return NONE;
            }
            long rest = isFirst ? run(from + 1L, to) : run(from, to - 1L);
            if (runs.compareAndSet(worker * SPACING, run, rest)) {
                return isFirst ? from : to - 1;
            }
        }
    }

    private static long run(long from, long to) {
        return from << Integer.SIZE | to;
    }
}
