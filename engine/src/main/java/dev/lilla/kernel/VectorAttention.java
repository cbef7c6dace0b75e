package dev.lilla.kernel;

import static dev.lilla.kernel.VectorMemory.load;
import static dev.lilla.kernel.VectorMemory.store;
import static dev.lilla.kernel.VectorWidth.FLOATS;
import static dev.lilla.kernel.VectorWidth.STEP;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// Attention with a running softmax (Milakov and Gimelshein, arXiv 1805.02867), one cache block at a time: its keys are
/// the rows of a small product with the query heads of their group, its values are summed in registers.
///
/// Blocks lie at fixed positions of a sequence, so a result does not depend on how a prompt was cut into steps.
final class VectorAttention {
    private static final int TOKENS = KvLayout.BLOCK_TOKENS;
    private static final int TOKEN_BYTES = TOKENS * Float.BYTES;

    private final AttentionStep step;
    private final int headDim;

    /// Bytes of a head, filled up to whole cache lines.
    private final long headBytes;

    /// Addresses in the worker's scratch: four unpacked keys, their products, scores `[group][64]`, unpacked values
    /// `[64][headDim]`, sums of values `[group][headDim]`, and a spare vector.
    private final long panel;

    private final VectorMatmul.Buffers buffers;
    private final long scores;
    private final long values;
    private final long totals;
    private final long spare;

    private final float[] maxima;
    private final float[] weights;

    VectorAttention(AttentionStep step, Scratch scratch) {
        int group = step.group();
        this.step = step;
        this.headDim = step.queries().headDim();
        this.headBytes = Math.ceilDiv(headDim * Float.BYTES, Scratch.ALIGNMENT) * (long) Scratch.ALIGNMENT;
        long panelBytes = (long) VectorMatmul.ROWS * VectorMatmul.PANEL_STRIDE;
        long sumBytes = (long) group * VectorMatmul.ROWS * VectorMatmul.SUM_BYTES;
        long tailBytes = (long) group * VectorMatmul.SUM_BYTES;
        long scoreBytes = (long) group * TOKEN_BYTES;
        long valueBytes = TOKENS * headBytes;
        long totalBytes = group * headBytes;
        this.panel = scratch.memory(
                        panelBytes + sumBytes + tailBytes + scoreBytes + valueBytes + totalBytes + Scratch.ALIGNMENT)
                .address();
        this.buffers = new VectorMatmul.Buffers(panel + panelBytes + sumBytes, panel + panelBytes);
        this.scores = buffers.tails() + tailBytes;
        this.values = scores + scoreBytes;
        this.totals = values + valueBytes;
        this.spare = totals + totalBytes;
        this.maxima = new float[group];
        this.weights = new float[group];
    }

    /// @param count query heads from `head` on, all of one K/V head
    void attend(Span span, int row, int head, int count) {
        Heads queries = step.queries();
        HostMatrix data = step.queryData();
        HostMatrix heads = new HostMatrix(
                data.memory(),
                data.at(row, queries.offset() + head * queries.stride()),
                count,
                headDim,
                queries.stride());
        KvHead cached = new KvHead(step.cache(), step.layer(), head / step.group(), span.blocks());
        int position = span.position() + row - span.row();
        int first = Math.max(0, position - step.mask().window() + 1);
        VectorMatmul.copyTails(heads, buffers.tails());
        VectorMemory.clear(totals, count * headBytes);
        for (int h = 0; h < count; h++) {
            maxima[h] = Float.NEGATIVE_INFINITY;
            weights[h] = 0;
        }
        for (int start = first / TOKENS * TOKENS; start <= position; start += TOKENS) {
            int from = Math.max(first - start, 0);
            int to = Math.min(position + 1 - start, TOKENS);
            score(heads, cached, start, from, to);
            unpackValues(cached, start, from, to);
            for (int h = 0; h < count; h++) {
                weigh(h);
                addValues(h, from, to);
            }
        }
        for (int h = 0; h < count; h++) {
            FloatVector share = FloatVector.broadcast(FLOATS, 1 / weights[h]);
            for (long i = 0; i < headBytes; i += STEP) {
                long at = totals + h * headBytes + i;
                store(load(at).mul(share), at);
            }
            HostMatrix out = step.out();
            long bytes = (long) headDim * Float.BYTES;
            VectorMemory.copy(totals + h * headBytes, out.address(row, (head + h) * headDim), bytes);
        }
    }

    /// The scores of the keys `from` to `to` of a block, minus infinity for the others.
    private void score(HostMatrix heads, KvHead cached, int start, int from, int to) {
        long plane = cached.block(start).address() + cached.cache().planes().keys(cached.layer(), cached.head());
        for (int h = 0; h < heads.rows(); h++) {
            for (int i = 0; i < TOKENS; i++) {
                VectorMemory.set(scores + h * (long) TOKEN_BYTES + i * 4L, Float.NEGATIVE_INFINITY);
            }
        }
        for (int key = from; key < to; key += VectorMatmul.ROWS) {
            int keys = Math.min(VectorMatmul.ROWS, to - key);
            for (int r = 0; r < keys; r++) {
                long row = panel + (long) r * VectorMatmul.PANEL_STRIDE;
                unpack(plane, key + r, row);
                VectorMatmul.clearTail(row, headDim);
            }
            VectorMemory.clear(buffers.sums(), (long) heads.rows() * VectorMatmul.ROWS * VectorMatmul.SUM_BYTES);
            VectorMatmul.addPiece(panel, heads, 0, headDim, buffers);
            for (int h = 0; h < heads.rows(); h++) {
                for (int r = 0; r < keys; r++) {
                    long at = buffers.sums() + (long) (h * VectorMatmul.ROWS + r) * VectorMatmul.SUM_BYTES;
                    float score = VectorMatmul.reduce(at) * step.mask().scale();
                    VectorMemory.set(scores + h * (long) TOKEN_BYTES + (key + r) * 4L, score);
                }
            }
        }
    }

    private void unpackValues(KvHead cached, int start, int from, int to) {
        long plane = cached.block(start).address() + cached.cache().planes().values(cached.layer(), cached.head());
        for (int key = from; key < to; key++) {
            unpack(plane, key, values + key * headBytes);
        }
    }

    private void unpack(long plane, int token, long to) {
        KvType type = step.cache().planes().type();
        long row = plane + token * KvPlanes.rowBytes(type, headDim);
        switch (type) {
            case F32 -> VectorMemory.copy(row, to, (long) headDim * Float.BYTES);
            case F16 -> VectorUnpackers.unpackF16(row, headDim, to);
            case Q8_0 -> {
                long scale = plane + KvPlanes.scales(headDim, token);
                for (int i = 0; i < headDim; i += KvPlanes.GROUP, scale += 2) {
                    float factor = VectorMemory.half(scale);
                    unpackGroup(row + i, Math.min(KvPlanes.GROUP, headDim - i), factor, to + i * 4L);
                }
            }
        }
    }

    private static void unpackGroup(long at, int count, float scale, long to) {
        int whole = count - count % 16;
        VectorUnpackers.storeSigned(at, whole, scale, to);
        for (int i = whole; i < count; i++) {
            VectorMemory.set(to + i * 4L, VectorMemory.signed(at + i) * scale);
        }
    }

    /// Turns the scores of a head into weights relative to the largest so far, and scales down what was summed with a
    /// smaller one.
    private void weigh(int h) {
        long row = scores + h * (long) TOKEN_BYTES;
        float cap = step.mask().softCap();
        FloatVector largest = FloatVector.broadcast(FLOATS, maxima[h]);
        for (int i = 0; i < TOKEN_BYTES; i += STEP) {
            FloatVector score = load(row + i);
            if (cap > 0) {
                // Keys that are not seen stay at minus infinity.
                FloatVector capped = VectorMath.tanh(score.div(cap)).mul(cap);
                score = score.blend(capped, score.compare(VectorOperators.NE, Float.NEGATIVE_INFINITY));
                store(score, row + i);
            }
            largest = largest.max(score);
        }
        float max = largest.reduceLanes(VectorOperators.MAX);
        FloatVector total = FloatVector.zero(FLOATS);
        for (int i = 0; i < TOKEN_BYTES; i += STEP) {
            FloatVector weight = VectorMath.exp(load(row + i).sub(max));
            store(weight, row + i);
            total = total.add(weight);
        }
        float kept = (float) Math.exp(maxima[h] - max);
        maxima[h] = max;
        weights[h] = weights[h] * kept + VectorElements.sum(total, spare);
        if (kept != 1) {
            for (long i = 0; i < headBytes; i += STEP) {
                long at = totals + h * headBytes + i;
                store(load(at).mul(kept), at);
            }
        }
    }

    /// Adds the values of the keys `from` to `to`, each times its weight, four vectors of a head at once.
    private void addValues(int h, int from, int to) {
        long total = totals + h * headBytes;
        long row = scores + h * (long) TOKEN_BYTES;
        long i = 0;
        for (; i + 4L * STEP <= headBytes; i += 4L * STEP) {
            FloatVector a = load(total + i);
            FloatVector b = load(total + i + STEP);
            FloatVector c = load(total + i + 2L * STEP);
            FloatVector d = load(total + i + 3L * STEP);
            for (int key = from; key < to; key++) {
                FloatVector weight = FloatVector.broadcast(FLOATS, VectorMemory.number(row + key * 4L));
                long value = values + key * headBytes + i;
                a = load(value).fma(weight, a);
                b = load(value + STEP).fma(weight, b);
                c = load(value + 2L * STEP).fma(weight, c);
                d = load(value + 3L * STEP).fma(weight, d);
            }
            store(a, total + i);
            store(b, total + i + STEP);
            store(c, total + i + 2L * STEP);
            store(d, total + i + 3L * STEP);
        }
        for (; i < headBytes; i += STEP) {
            FloatVector a = load(total + i);
            for (int key = from; key < to; key++) {
                FloatVector weight = FloatVector.broadcast(FLOATS, VectorMemory.number(row + key * 4L));
                a = load(values + key * headBytes + i).fma(weight, a);
            }
            store(a, total + i);
        }
    }
}
