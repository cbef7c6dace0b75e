package dev.lilla.kernel;

import java.util.List;
import java.util.SplittableRandom;

/// Queries of `rows` tokens from position `depth` on, over a filled cache; behind the last position keys and
/// values are not numbers.
record AttentionScene(
        KvType type, int heads, int kvHeads, int headDim, int depth, int rows, AttentionMask mask, long seed) {
    static final AttentionMask ALL = new AttentionMask(0.125f, Integer.MAX_VALUE, 0);

    private static final int[] HEAD_DIMS = {7, 16, 33, 48, 64, 80, 96, 112, 128, 256};
    private static final int[] DEPTHS = {0, 1, 62, 63, 64, 65, 1000, 1022, 1023, 1024, 1025, 2047, 4095, 4096};

    static AttentionScene of(KvType type, int group, int headDim, int depth, int rows) {
        return new AttentionScene(type, group * 2, 2, headDim, depth, rows, ALL, headDim + depth);
    }

    static AttentionScene random(SplittableRandom random) {
        int group = new int[] {1, 2, 3, 4, 7, 8, 12, 71}[random.nextInt(8)];
        int kvHeads = group == 71 ? 1 : random.nextInt(1, 3);
        int headDim = HEAD_DIMS[random.nextInt(HEAD_DIMS.length)];
        int window = random.nextInt(3) == 0 ? random.nextInt(1, 1500) : Integer.MAX_VALUE;
        return new AttentionScene(
                List.of(KvType.values()).get(random.nextInt(3)),
                group * kvHeads,
                kvHeads,
                headDim,
                DEPTHS[random.nextInt(DEPTHS.length)],
                random.nextInt(1, group > 8 ? 6 : 60),
                new AttentionMask((float) (1 / Math.sqrt(headDim)), window, random.nextInt(4) == 0 ? 20 : 0),
                random.nextLong());
    }

    int blocks() {
        return Math.ceilDiv(depth + rows, KvLayout.BLOCK_TOKENS);
    }

    KvLayout layout() {
        return new KvLayout(type, List.of(new KvLayout.Layer(kvHeads, headDim)));
    }

    int[] fill(HostKvBlocks cache) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] blocks = new int[blocks()];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = cache.take();
        }
        float[] cell = new float[headDim];
        for (int head = 0; head < kvHeads; head++) {
            KvHead cached = new KvHead(cache, 0, head, blocks);
            for (int position = 0; position < blocks.length * KvLayout.BLOCK_TOKENS; position++) {
                for (int i = 0; i < headDim; i++) {
                    cell[i] = position < depth + rows ? (float) random.nextDouble(-1, 1) : Float.NaN;
                }
                cached.writeKey(position, cell);
                cached.writeValue(position, cell);
            }
        }
        return blocks;
    }

    Heads heads(HostMatrix queries) {
        return new Heads(queries, 0, heads, headDim, headDim);
    }

    AttentionStep step(HostKvBlocks cache, int[] blocks, HostMatrix queries, HostMatrix out) {
        return step(cache, blocks, queries, out, 0);
    }

    /// Of the rows `from` on that `queries` and `out` hold.
    AttentionStep step(HostKvBlocks cache, int[] blocks, HostMatrix queries, HostMatrix out, int from) {
        AttentionRows exact = AttentionRows.exact(spans(blocks, queries, from));
        return AttentionStep.whole(heads(queries), cache, 0, mask, exact, out);
    }

    /// The same of a long prompt.
    AttentionStep promptStep(HostKvBlocks cache, int[] blocks, HostMatrix queries, HostMatrix out, int from) {
        AttentionRows prompt =
                new AttentionRows(spans(blocks, queries, from), List.of(new RowRange(0, queries.rows())));
        return AttentionStep.whole(heads(queries), cache, 0, mask, prompt, out);
    }

    private List<Span> spans(int[] blocks, HostMatrix queries, int from) {
        return List.of(new Span(0, queries.rows(), depth + from, blocks));
    }

    /// Computes a step, each task on its own.
    static void attend(Kernels kernels, AttentionStep step, KernelOperands operands) {
        for (int task = 0; task < step.tasks(); task++) {
            kernels.attend(step, operands.share(task, task + 1));
        }
        if (step.splits() > 1) {
            kernels.merge(step, operands.share(0, step.tiles().size()));
        }
    }
}
