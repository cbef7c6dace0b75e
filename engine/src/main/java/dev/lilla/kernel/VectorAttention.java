package dev.lilla.kernel;

import static dev.lilla.kernel.VectorMemory.load;
import static dev.lilla.kernel.VectorMemory.store;
import static dev.lilla.kernel.VectorWidth.FLOATS;
import static dev.lilla.kernel.VectorWidth.STEP;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// Attention with a running softmax (Milakov and Gimelshein, arXiv 1805.02867), one cache block at a time: the
/// block's keys and values are unpacked once for the query heads of their group.
///
/// Blocks lie at fixed positions of a sequence, so a result does not depend on how a prompt was cut into steps.
final class VectorAttention {
    private static final int TOKENS = KvLayout.BLOCK_TOKENS;
    private static final int TOKEN_BYTES = TOKENS * Float.BYTES;

    private final AttentionStep step;
    private final int headDim;

    /// Bytes of a head, filled up to whole cache lines.
    private final long headBytes;

    /// Addresses in the worker's scratch: the unpacked keys `[headDim][64]` or values `[64][stride]` of a block,
    /// scores `[group][64]`, sums of values `[group][stride]`, and a spare vector.
    private final long panel;

    private final long scores;
    private final long totals;
    private final long spare;

    private final float[] maxima;
    private final float[] weights;

    VectorAttention(AttentionStep step, Scratch scratch) {
        int group = step.group();
        this.step = step;
        this.headDim = step.queries().headDim();
        this.headBytes = (long) KvPlanes.stride(headDim) * Float.BYTES;
        long scoreBytes = (long) group * TOKEN_BYTES;
        this.panel = scratch.memory(TOKENS * headBytes + scoreBytes + group * headBytes + Scratch.ALIGNMENT)
                .address();
        this.scores = panel + TOKENS * headBytes;
        this.totals = scores + scoreBytes;
        this.spare = totals + group * headBytes;
        this.maxima = new float[group];
        this.weights = new float[group];
    }

    /// @param count query heads from `head` on, all of one K/V head
    void attend(Span span, int row, int head, int count) {
        KvHead cached = new KvHead(step.cache(), step.layer(), head / step.group(), span.blocks());
        int position = span.position() + row - span.row();
        int first = Math.max(0, position - step.mask().window() + 1);
        VectorMemory.clear(totals, count * headBytes);
        for (int h = 0; h < count; h++) {
            maxima[h] = Float.NEGATIVE_INFINITY;
            weights[h] = 0;
        }
        for (int start = first / TOKENS * TOKENS; start <= position; start += TOKENS) {
            int from = Math.max(first - start, 0);
            int to = Math.min(position + 1 - start, TOKENS);
            unpackKeys(cached, start);
            for (int h = 0; h < count; h++) {
                score(row, head + h, scores + h * (long) TOKEN_BYTES, from, to);
            }
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

    /// The scores of a head with the keys `from` to `to` of the unpacked block, minus infinity for the others.
    private void score(int row, int head, long to, int from, int end) {
        Heads queries = step.queries();
        long query = step.queryData().address(row, queries.offset() + head * queries.stride());
        float scale = step.mask().scale();
        for (long i = 0; i < TOKEN_BYTES; i += 4L * STEP) {
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            for (int k = 0; k < headDim; k++) {
                FloatVector factor = FloatVector.broadcast(FLOATS, VectorMemory.number(query + k * 4L));
                long keys = panel + k * (long) TOKEN_BYTES + i;
                a = load(keys).fma(factor, a);
                b = load(keys + STEP).fma(factor, b);
                c = load(keys + 2L * STEP).fma(factor, c);
                d = load(keys + 3L * STEP).fma(factor, d);
            }
            store(a.mul(scale), to + i);
            store(b.mul(scale), to + i + STEP);
            store(c.mul(scale), to + i + 2L * STEP);
            store(d.mul(scale), to + i + 3L * STEP);
        }
        for (int key = 0; key < TOKENS; key++) {
            if (key < from || key >= end) {
                VectorMemory.set(to + key * 4L, Float.NEGATIVE_INFINITY);
            }
        }
    }

    /// To `[headDim][64]`.
    private void unpackKeys(KvHead cached, int start) {
        KvPlanes planes = cached.cache().planes();
        long plane = cached.block(start).address() + planes.keys(cached.layer(), cached.head());
        switch (planes.type()) {
            case F32 -> VectorMemory.copy(plane, panel, (long) headDim * TOKEN_BYTES);
            case F16 -> VectorUnpackers.unpackF16(plane, headDim * TOKENS, panel);
            case Q8_0 -> {
                long scales = plane + (long) TOKENS * headDim;
                long factors = scores;
                for (int i = 0; i < headDim; i++) {
                    if (i % KvPlanes.GROUP == 0) {
                        VectorUnpackers.unpackF16(scales + i / KvPlanes.GROUP * 2L * TOKENS, TOKENS, factors);
                    }
                    long to = panel + i * (long) TOKEN_BYTES;
                    VectorUnpackers.storeSigned(plane + i * (long) TOKENS, TOKENS, 1, to);
                    for (long j = 0; j < TOKEN_BYTES; j += STEP) {
                        store(load(to + j).mul(load(factors + j)), to + j);
                    }
                }
            }
        }
    }

    /// The values `from` to `to`, to `[64][stride]`.
    private void unpackValues(KvHead cached, int start, int from, int to) {
        KvPlanes planes = cached.cache().planes();
        int stride = KvPlanes.stride(headDim);
        long plane = cached.block(start).address() + planes.values(cached.layer(), cached.head());
        long target = panel + from * headBytes;
        switch (planes.type()) {
            case F32 -> VectorMemory.copy(plane + from * headBytes, target, (to - from) * headBytes);
            case F16 -> VectorUnpackers.unpackF16(plane + from * headBytes / 2, (to - from) * stride, target);
            case Q8_0 -> {
                long scales = plane + (long) TOKENS * stride;
                for (int key = from; key < to; key++) {
                    for (int i = 0; i < stride; i += KvPlanes.GROUP) {
                        float scale = VectorMemory.half(scales + 2L * (key * groups() + i / KvPlanes.GROUP));
                        int count = Math.min(KvPlanes.GROUP, stride - i);
                        long at = plane + key * (long) stride + i;
                        VectorUnpackers.storeSigned(at, count, scale, panel + key * headBytes + i * 4L);
                    }
                }
            }
        }
    }

    private int groups() {
        return KvPlanes.groups(headDim);
    }

    /// Turns the scores of a head into weights relative to the largest so far, and scales down what was summed
    /// with a smaller one.
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
                long value = panel + key * headBytes + i;
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
                a = load(panel + key * headBytes + i).fma(weight, a);
            }
            store(a, total + i);
        }
    }
}
