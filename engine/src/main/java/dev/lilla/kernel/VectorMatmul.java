package dev.lilla.kernel;

import static dev.lilla.kernel.VectorMemory.load;
import static dev.lilla.kernel.VectorMemory.store;
import static dev.lilla.kernel.VectorWidth.FLOATS;
import static dev.lilla.kernel.VectorWidth.LANES;
import static dev.lilla.kernel.VectorWidth.STEP;

import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/// Products with stored blocks: four rows of the weight are unpacked a piece at a time into the first-level cache and
/// multiplied with every token there.
///
/// The order of every sum is fixed: element `k` is added, by fused multiply-add and in order of `k`, to partial sum
/// `k % 32`; the 32 partial sums are added in halves (`s[i] + s[i + 16]`, and so on). So a result has the same bits
/// whatever the number of tokens, the cut of the rows, and the vector width.
final class VectorMatmul {
    /// Partial sums of a result. As many as the elements of the smallest block.
    static final int SUMS = 32;

    static final int SUM_BYTES = SUMS * Float.BYTES;

    /// Rows taken at once: with 2 tokens they keep 8 accumulators, twice the 4 cycles that an addition takes.
    static final int ROWS = 4;

    /// Elements unpacked at once, 4 super-blocks: 4 rows are 16 KiB, half of a 32 KiB first-level cache.
    static final int PIECE = 1024;

    /// Bytes from one unpacked row to the next: a line more than the row, so that rows do not share cache sets.
    static final int PANEL_STRIDE = PIECE * Float.BYTES + Scratch.ALIGNMENT;

    /// Bytes of activations that stay in the second-level cache (1 MiB and more on current processors) while all rows
    /// of a share pass.
    private static final int TOKEN_BYTES = 512 << 10;

    private static final int TOKENS_MAX = 64;

    private VectorMatmul() {}

    /// What is done with a result.
    @FunctionalInterface
    interface Finish {
        void accept(int token, int row, float sum);
    }

    static void multiply(HostWeight weight, HostMatrix x, Share share, Finish finish) {
        Optional<VectorDot.Row> row = VectorDot.of(weight.type(), weight.in());
        if (x.rows() == 1 && row.isPresent()) {
            multiplyOne(weight, row.get(), x, share, finish);
        } else {
            multiplyMany(weight, x, share, finish);
        }
    }

    private static void multiplyOne(HostWeight weight, VectorDot.Row row, HostMatrix x, Share share, Finish finish) {
        long sums = share.scratch().memory(SUM_BYTES).address();
        long data = weight.data().address();
        long token = x.address(0, 0);
        long rowBytes = weight.rowBytes();
        int in = weight.in();
        for (int r = share.from(); r < share.to(); r++) {
            for (int i = 0; i < SUM_BYTES; i += STEP) {
                store(FloatVector.zero(FLOATS), sums + i);
            }
            row.add(data + r * rowBytes, in, token, sums);
            finish.accept(0, r, reduce(sums));
        }
    }

    private static void multiplyMany(HostWeight weight, HostMatrix x, Share share, Finish finish) {
        int in = weight.in();
        int fitting = TOKEN_BYTES / Float.BYTES / Math.max(in, 1);
        int tile = Math.clamp((long) fitting - fitting % ROWS, ROWS, TOKENS_MAX);
        int padded = Math.min(tile, x.rows());
        long panelBytes = (long) ROWS * PANEL_STRIDE;
        long sumBytes = (long) padded * ROWS * SUM_BYTES;
        long panel = share.scratch()
                .memory(panelBytes + sumBytes + (long) padded * SUM_BYTES)
                .address();
        long sums = panel + panelBytes;
        long tails = sums + sumBytes;
        Unpacker unpacker = VectorUnpackers.of(weight.type());
        long data = weight.data().address();
        long rowBytes = weight.rowBytes();
        for (int first = 0; first < x.rows(); first += tile) {
            int tokens = Math.min(tile, x.rows() - first);
            HostMatrix part = x.rows(first, tokens);
            copyTails(part, tails);
            for (int row = share.from(); row < share.to(); row += ROWS) {
                int rows = Math.min(ROWS, share.to() - row);
                VectorMemory.clear(sums, (long) tokens * ROWS * SUM_BYTES);
                for (int k = 0; k < in; k += PIECE) {
                    int count = Math.min(PIECE, in - k);
                    for (int r = 0; r < rows; r++) {
                        long at = data + (row + r) * rowBytes + weight.type().byteSize(k);
                        unpacker.unpack(at, count, panel + (long) r * PANEL_STRIDE);
                        clearTail(panel + (long) r * PANEL_STRIDE, count);
                    }
                    addPiece(panel, part, k, count, new Buffers(tails, sums));
                }
                for (int t = 0; t < tokens; t++) {
                    for (int r = 0; r < rows; r++) {
                        finish.accept(first + t, row + r, reduce(sums + (t * ROWS + r) * (long) SUM_BYTES));
                    }
                }
            }
        }
    }

    /// Addresses of the tails `[tokens][32]` and the partial sums `[tokens][4 rows][32]`.
    record Buffers(long tails, long sums) {}

    /// The elements of `x` after the last multiple of 32 columns, filled up with zeros, 32 for each token.
    static void copyTails(HostMatrix x, long tails) {
        int tail = x.columns() % SUMS;
        if (tail == 0) {
            return;
        }
        for (int t = 0; t < x.rows(); t++) {
            long to = tails + (long) t * SUM_BYTES;
            VectorMemory.clear(to, SUM_BYTES);
            VectorMemory.copy(x.address(t, x.columns() - tail), to, (long) tail * Float.BYTES);
        }
    }

    /// Zeros behind `count` elements, up to a multiple of 32.
    static void clearTail(long row, int count) {
        for (int i = count; i % SUMS != 0; i++) {
            VectorMemory.set(row + (long) i * Float.BYTES, 0f);
        }
    }

    /// Adds the products of columns `k` to `k + count` of all tokens with the four rows of the panel.
    static void addPiece(long panel, HostMatrix x, int k, int count, Buffers buffers) {
        int whole = count - count % SUMS;
        long next = (long) x.stride() * Float.BYTES;
        int t = 0;
        for (; t + 2 <= x.rows(); t += 2) {
            long to = buffers.sums() + (long) t * ROWS * SUM_BYTES;
            addTwo(panel, x.address(t, k), next, whole, to);
            if (whole < count) {
                addTwo(panel + whole * 4L, buffers.tails() + (long) t * SUM_BYTES, SUM_BYTES, SUMS, to);
            }
        }
        for (; t < x.rows(); t++) {
            long to = buffers.sums() + (long) t * ROWS * SUM_BYTES;
            addOne(panel, x.address(t, k), whole, to);
            if (whole < count) {
                addOne(panel + whole * 4L, buffers.tails() + (long) t * SUM_BYTES, SUMS, to);
            }
        }
    }

    /// Adds the products of four unpacked rows with one token to their partial sums `[4 rows][32]`.
    ///
    /// @param count a multiple of 32
    static void addOne(long w, long at, int count, long to) {
        for (int slot = 0; slot < SUM_BYTES; slot += STEP) {
            long sum = to + slot;
            FloatVector a = load(sum);
            FloatVector b = load(sum + SUM_BYTES);
            FloatVector c = load(sum + 2 * SUM_BYTES);
            FloatVector d = load(sum + 3 * SUM_BYTES);
            long row = w + slot;
            long token = at + slot;
            for (int k = 0; k < count; k += SUMS) {
                long step = (long) k * Float.BYTES;
                FloatVector v = load(token + step);
                a = load(row + step).fma(v, a);
                b = load(row + PANEL_STRIDE + step).fma(v, b);
                c = load(row + 2 * PANEL_STRIDE + step).fma(v, c);
                d = load(row + 3 * PANEL_STRIDE + step).fma(v, d);
            }
            store(a, sum);
            store(b, sum + SUM_BYTES);
            store(c, sum + 2 * SUM_BYTES);
            store(d, sum + 3 * SUM_BYTES);
        }
    }

    /// The same for two tokens, `next` bytes apart; sums `[2 tokens][4 rows][32]`. More would keep
    /// more accumulators, but 16 of them with their loads and stores exceed the graph in which the
    /// compiler inlines: measured 26 GFLOP/s.
    static void addTwo(long w, long at, long next, int count, long to) {
        for (int slot = 0; slot < SUM_BYTES; slot += STEP) {
            long s = to + slot;
            long row = w + slot;
            long token = at + slot;
            FloatVector a0 = load(s);
            FloatVector b0 = load(s + SUM_BYTES);
            FloatVector c0 = load(s + 2 * SUM_BYTES);
            FloatVector d0 = load(s + 3 * SUM_BYTES);
            FloatVector a1 = load(s + 4 * SUM_BYTES);
            FloatVector b1 = load(s + 5 * SUM_BYTES);
            FloatVector c1 = load(s + 6 * SUM_BYTES);
            FloatVector d1 = load(s + 7 * SUM_BYTES);
            for (int k = 0; k < count; k += SUMS) {
                long step = (long) k * Float.BYTES;
                FloatVector v = load(token + step);
                FloatVector u = load(token + next + step);
                FloatVector weight = load(row + step);
                a0 = weight.fma(v, a0);
                a1 = weight.fma(u, a1);
                weight = load(row + PANEL_STRIDE + step);
                b0 = weight.fma(v, b0);
                b1 = weight.fma(u, b1);
                weight = load(row + 2 * PANEL_STRIDE + step);
                c0 = weight.fma(v, c0);
                c1 = weight.fma(u, c1);
                weight = load(row + 3 * PANEL_STRIDE + step);
                d0 = weight.fma(v, d0);
                d1 = weight.fma(u, d1);
            }
            store(a0, s);
            store(b0, s + SUM_BYTES);
            store(c0, s + 2 * SUM_BYTES);
            store(d0, s + 3 * SUM_BYTES);
            store(a1, s + 4 * SUM_BYTES);
            store(b1, s + 5 * SUM_BYTES);
            store(c1, s + 6 * SUM_BYTES);
            store(d1, s + 7 * SUM_BYTES);
        }
    }

    /// Adds 32 partial sums in halves, in place.
    static float reduce(long sums) {
        for (int half = SUM_BYTES / 2; half >= STEP; half /= 2) {
            for (int i = 0; i < half; i += STEP) {
                store(load(sums + i).add(load(sums + half + i)), sums + i);
            }
        }
        return reduceVector(sums);
    }

    /// Adds as many numbers as a vector has lanes in halves, in place.
    static float reduceVector(long sums) {
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                long at = sums + (long) i * Float.BYTES;
                VectorMemory.set(at, VectorMemory.number(at) + VectorMemory.number(at + (long) half * Float.BYTES));
            }
        }
        return VectorMemory.number(sums);
    }
}
