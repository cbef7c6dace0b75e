package dev.lilla.kernel;

import static dev.lilla.kernel.VectorWidth.FLOATS;
import static dev.lilla.kernel.VectorWidth.LANES;
import static dev.lilla.kernel.VectorWidth.STEP;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
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

    /// Rows taken at once: 4 rows of 4 tokens keep 16 accumulators, half of the 32 registers of AVX-512.
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
        int in = weight.in();
        int fitting = TOKEN_BYTES / Float.BYTES / Math.max(in, 1);
        int tile = Math.clamp((long) fitting - fitting % ROWS, ROWS, TOKENS_MAX);
        int padded = Math.min(tile, x.rows());
        long tails = (long) ROWS * PANEL_STRIDE;
        long sums = tails + (long) padded * SUM_BYTES;
        long results = sums + (long) padded * ROWS * SUM_BYTES;
        MemorySegment scratch = share.scratch().memory(results + SUM_BYTES);
        Unpacker unpacker = VectorUnpackers.of(weight.type());
        for (int first = 0; first < x.rows(); first += tile) {
            int tokens = Math.min(tile, x.rows() - first);
            HostMatrix part = x.rows(first, tokens);
            copyTails(part, scratch, tails);
            for (int row = share.from(); row < share.to(); row += ROWS) {
                int rows = Math.min(ROWS, share.to() - row);
                scratch.asSlice(sums, (long) tokens * ROWS * SUM_BYTES).fill((byte) 0);
                for (int k = 0; k < in; k += PIECE) {
                    int count = Math.min(PIECE, in - k);
                    for (int r = 0; r < rows; r++) {
                        long at = (row + r) * weight.rowBytes() + weight.type().byteSize(k);
                        unpacker.unpack(weight.data(), at, count, scratch, (long) r * PANEL_STRIDE);
                        clear(scratch, (long) r * PANEL_STRIDE, count);
                    }
                    addPiece(scratch, part, k, count, tails, sums);
                }
                for (int t = 0; t < tokens; t++) {
                    for (int r = 0; r < rows; r++) {
                        finish.accept(first + t, row + r, reduce(scratch, sums + (t * ROWS + r) * (long) SUM_BYTES));
                    }
                }
            }
        }
    }

    /// The elements of `x` after the last multiple of 32 columns, filled up with zeros, 32 for each token.
    static void copyTails(HostMatrix x, MemorySegment scratch, long tails) {
        int tail = x.columns() % SUMS;
        if (tail == 0) {
            return;
        }
        for (int t = 0; t < x.rows(); t++) {
            long to = tails + (long) t * SUM_BYTES;
            scratch.asSlice(to, SUM_BYTES).fill((byte) 0);
            MemorySegment.copy(x.memory(), x.at(t, x.columns() - tail), scratch, to, (long) tail * Float.BYTES);
        }
    }

    /// Zeros behind `count` elements, up to a multiple of 32.
    static void clear(MemorySegment panel, long row, int count) {
        for (int i = count; i % SUMS != 0; i++) {
            panel.set(HostMatrix.FLOAT, row + (long) i * Float.BYTES, 0f);
        }
    }

    static void addPiece(MemorySegment scratch, HostMatrix x, int k, int count, long tails, long sums) {
        int whole = count - count % SUMS;
        int t = 0;
        for (; t + ROWS <= x.rows(); t += ROWS) {
            long to = sums + (long) t * ROWS * SUM_BYTES;
            long next = (long) x.stride() * Float.BYTES;
            addFour(scratch, 0, x.memory(), x.at(t, k), next, whole, scratch, to);
            if (whole < count) {
                long from = tails + (long) t * SUM_BYTES;
                addFour(scratch, whole * 4L, scratch, from, SUM_BYTES, SUMS, scratch, to);
            }
        }
        for (; t < x.rows(); t++) {
            long to = sums + (long) t * ROWS * SUM_BYTES;
            addOne(scratch, 0, x.memory(), x.at(t, k), whole, scratch, to);
            if (whole < count) {
                addOne(scratch, whole * 4L, scratch, tails + (long) t * SUM_BYTES, SUMS, scratch, to);
            }
        }
    }

    private static FloatVector load(MemorySegment memory, long at) {
        return FloatVector.fromMemorySegment(FLOATS, memory, at, ByteOrder.LITTLE_ENDIAN);
    }

    private static void store(FloatVector vector, MemorySegment memory, long at) {
        vector.intoMemorySegment(memory, at, ByteOrder.LITTLE_ENDIAN);
    }

    /// Adds the products of four unpacked rows with one token to their partial sums `[4 rows][32]`.
    ///
    /// @param count a multiple of 32
    static void addOne(MemorySegment panel, long w, MemorySegment x, long at, int count, MemorySegment sums, long to) {
        for (int slot = 0; slot < SUM_BYTES; slot += STEP) {
            long sum = to + slot;
            FloatVector a = load(sums, sum);
            FloatVector b = load(sums, sum + SUM_BYTES);
            FloatVector c = load(sums, sum + 2 * SUM_BYTES);
            FloatVector d = load(sums, sum + 3 * SUM_BYTES);
            long row = w + slot;
            long token = at + slot;
            for (int k = 0; k < count; k += SUMS) {
                long step = (long) k * Float.BYTES;
                FloatVector v = load(x, token + step);
                a = load(panel, row + step).fma(v, a);
                b = load(panel, row + PANEL_STRIDE + step).fma(v, b);
                c = load(panel, row + 2 * PANEL_STRIDE + step).fma(v, c);
                d = load(panel, row + 3 * PANEL_STRIDE + step).fma(v, d);
            }
            store(a, sums, sum);
            store(b, sums, sum + SUM_BYTES);
            store(c, sums, sum + 2 * SUM_BYTES);
            store(d, sums, sum + 3 * SUM_BYTES);
        }
    }

    /// The same for four tokens, `next` bytes apart; sums `[4 tokens][4 rows][32]`. Seven operands and two results of
    /// address arithmetic: a record would be allocated for each call.
    static void addFour(
            MemorySegment panel, long w, MemorySegment x, long at, long next, int count, MemorySegment sums, long to) {
        for (int slot = 0; slot < SUM_BYTES; slot += STEP) {
            long s = to + slot;
            long row = w + slot;
            long token = at + slot;
            FloatVector a0 = load(sums, s);
            FloatVector b0 = load(sums, s + SUM_BYTES);
            FloatVector c0 = load(sums, s + 2 * SUM_BYTES);
            FloatVector d0 = load(sums, s + 3 * SUM_BYTES);
            FloatVector a1 = load(sums, s + 4 * SUM_BYTES);
            FloatVector b1 = load(sums, s + 5 * SUM_BYTES);
            FloatVector c1 = load(sums, s + 6 * SUM_BYTES);
            FloatVector d1 = load(sums, s + 7 * SUM_BYTES);
            FloatVector a2 = load(sums, s + 8 * SUM_BYTES);
            FloatVector b2 = load(sums, s + 9 * SUM_BYTES);
            FloatVector c2 = load(sums, s + 10 * SUM_BYTES);
            FloatVector d2 = load(sums, s + 11 * SUM_BYTES);
            FloatVector a3 = load(sums, s + 12 * SUM_BYTES);
            FloatVector b3 = load(sums, s + 13 * SUM_BYTES);
            FloatVector c3 = load(sums, s + 14 * SUM_BYTES);
            FloatVector d3 = load(sums, s + 15 * SUM_BYTES);
            for (int k = 0; k < count; k += SUMS) {
                long step = (long) k * Float.BYTES;
                FloatVector a = load(panel, row + step);
                FloatVector b = load(panel, row + PANEL_STRIDE + step);
                FloatVector c = load(panel, row + 2 * PANEL_STRIDE + step);
                FloatVector d = load(panel, row + 3 * PANEL_STRIDE + step);
                FloatVector v = load(x, token + step);
                a0 = a.fma(v, a0);
                b0 = b.fma(v, b0);
                c0 = c.fma(v, c0);
                d0 = d.fma(v, d0);
                v = load(x, token + next + step);
                a1 = a.fma(v, a1);
                b1 = b.fma(v, b1);
                c1 = c.fma(v, c1);
                d1 = d.fma(v, d1);
                v = load(x, token + 2 * next + step);
                a2 = a.fma(v, a2);
                b2 = b.fma(v, b2);
                c2 = c.fma(v, c2);
                d2 = d.fma(v, d2);
                v = load(x, token + 3 * next + step);
                a3 = a.fma(v, a3);
                b3 = b.fma(v, b3);
                c3 = c.fma(v, c3);
                d3 = d.fma(v, d3);
            }
            store(a0, sums, s);
            store(b0, sums, s + SUM_BYTES);
            store(c0, sums, s + 2 * SUM_BYTES);
            store(d0, sums, s + 3 * SUM_BYTES);
            store(a1, sums, s + 4 * SUM_BYTES);
            store(b1, sums, s + 5 * SUM_BYTES);
            store(c1, sums, s + 6 * SUM_BYTES);
            store(d1, sums, s + 7 * SUM_BYTES);
            store(a2, sums, s + 8 * SUM_BYTES);
            store(b2, sums, s + 9 * SUM_BYTES);
            store(c2, sums, s + 10 * SUM_BYTES);
            store(d2, sums, s + 11 * SUM_BYTES);
            store(a3, sums, s + 12 * SUM_BYTES);
            store(b3, sums, s + 13 * SUM_BYTES);
            store(c3, sums, s + 14 * SUM_BYTES);
            store(d3, sums, s + 15 * SUM_BYTES);
        }
    }

    /// Adds 32 partial sums in halves.
    static float reduce(MemorySegment sums, long at) {
        for (int half = SUM_BYTES / 2; half >= STEP; half /= 2) {
            for (int i = 0; i < half; i += STEP) {
                store(load(sums, at + i).add(load(sums, at + half + i)), sums, at + i);
            }
        }
        for (int half = LANES / 2; half > 1; half /= 2) {
            for (int i = 0; i < half; i++) {
                sums.set(HostMatrix.FLOAT, at + i * 4L, at(sums, at, i) + at(sums, at, i + half));
            }
        }
        return at(sums, at, 0) + at(sums, at, 1);
    }

    private static float at(MemorySegment sums, long at, int index) {
        return sums.get(HostMatrix.FLOAT, at + (long) index * Float.BYTES);
    }
}
