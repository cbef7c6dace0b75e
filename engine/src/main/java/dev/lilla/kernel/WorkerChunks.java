package dev.lilla.kernel;

import java.util.concurrent.atomic.AtomicLongArray;

/// The chunks of a loop, dealt out to workers. Each has a run of its own and takes it in order, so that what it
/// reads is one stream, and what is fetched ahead at the end of a part is the beginning of its next. One that is
/// done takes from the end of another's run.
///
/// Parts get smaller as a run does, so that there are few of them and all workers end at the same time.
final class WorkerChunks {
    /// What [#take] answers when there is nothing left.
    static final long NONE = -1;

    /// A worker takes this part of what is left of its own run: half would be a quarter of the loop for two, for
    /// which all wait if that worker gets a fifth of a core.
    private static final int OWN_PART = 3;

    /// The part of what is left to another.
    private static final int OTHERS_PART = 2;

    /// Longs from the run of a worker to the next: two cache lines, as processors fetch lines in pairs.
    private static final int SPACING = 16;

    private final int workers;

    /// What is left of the run of each worker.
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

    /// What a worker does next. Every chunk is given once.
    ///
    /// @return chunks [#from] to [#to], or [#NONE]
    long take(int worker) {
        long taken = take(worker, true);
        for (int other = 1; taken == NONE && other < workers; other++) {
            taken = take((worker + other) % workers, false);
        }
        return taken;
    }

    private long take(int worker, boolean isOwn) {
        while (true) {
            long left = runs.get(worker * SPACING);
            int from = from(left);
            int to = to(left);
            if (from == to) {
                return NONE;
            }
            int count = Math.max(1, (to - from) / (isOwn ? OWN_PART : OTHERS_PART));
            int border = isOwn ? from + count : to - count;
            long first = run(from, border);
            long last = run(border, to);
            if (runs.compareAndSet(worker * SPACING, left, isOwn ? last : first)) {
                return isOwn ? first : last;
            }
        }
    }

    /// The first chunk that was taken.
    static int from(long taken) {
        return (int) (taken >> Integer.SIZE);
    }

    /// The one behind the last.
    static int to(long taken) {
        return (int) taken;
    }

    private static long run(long from, long to) {
        return from << Integer.SIZE | to;
    }
}
