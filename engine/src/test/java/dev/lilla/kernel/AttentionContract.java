package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;

/// Attention against a plain sum in double over what the cache returns, and cache types against each other.
final class AttentionContract {
    private static final int TOKENS_MAX = 200;

    private final Kernels kernels;

    AttentionContract(Kernels kernels) {
        this.kernels = kernels;
    }

    /// @param kvHeads of `heads`
    private record Case(KvType type, int heads, int kvHeads, int headDim, AttentionMask mask) {}

    Stream<DynamicNode> tests() {
        List<Case> cases = new ArrayList<>();
        for (KvType type : KvType.values()) {
            for (int headDim : new int[] {1, 7, 16, 33, 48, 64, 80, 128}) {
                AttentionMask all = new AttentionMask((float) (1 / Math.sqrt(headDim)), Integer.MAX_VALUE, 0);
                cases.add(new Case(type, 4, 2, headDim, all));
            }
            cases.add(new Case(type, 5, 1, 32, new AttentionMask(0.3f, 16, 0)));
            cases.add(new Case(type, 3, 3, 32, new AttentionMask(0.3f, 65, 5)));
            cases.add(new Case(type, 8, 1, 64, new AttentionMask(1, 1, 50)));
        }
        return cases.stream().map(c -> dynamicTest(c + " meets the definition", () -> check(c)));
    }

    private void check(Case c) {
        try (KernelOperands operands = new KernelOperands(c.headDim());
                HostKvBlocks cache = new HostKvBlocks(
                        new KvLayout(
                                c.type(),
                                List.of(new KvLayout.Layer(1, 3), new KvLayout.Layer(c.kvHeads(), c.headDim()))),
                        9)) {
            int[] spare = {cache.take()};
            int[] longBlocks = {cache.take(), cache.take(), cache.take(), cache.take()};
            int[] shortBlocks = {cache.take(), cache.take()};
            cache.release(spare[0]);
            fill(operands, cache, c, longBlocks);
            fill(operands, cache, c, shortBlocks);
            List<Span> spans = List.of(
                    new Span(1, 3, 130, longBlocks), new Span(4, 1, 0, shortBlocks), new Span(5, 2, 63, shortBlocks));
            HostMatrix queries = operands.matrix(8, 2 + c.heads() * (c.headDim() + 1));
            Heads heads = new Heads(queries, 1, c.heads(), c.headDim(), c.headDim() + 1);
            HostMatrix out = operands.matrix(8, c.heads() * c.headDim());
            HostMatrix before = operands.copy(out);
            AttentionStep step = AttentionStep.whole(heads, cache, 1, c.mask(), AttentionRows.exact(spans), out);
            kernels.attend(step, operands.share(0, step.tasks()));
            for (int row : new int[] {0, 7}) {
                KernelsContract.assertSameBits(out.rows(row, 1), before.rows(row, 1));
            }
            for (Span span : spans) {
                for (int i = 0; i < span.count(); i++) {
                    for (int head = 0; head < c.heads(); head++) {
                        checkHead(c, step, span, span.row() + i, head);
                    }
                }
            }
            assertThat(KernelOperands.isCleanAround(out)).isTrue();
            HostMatrix parts = operands.copy(before);
            AttentionStep cut = AttentionStep.whole(heads, cache, 1, c.mask(), AttentionRows.exact(spans), parts);
            for (int task = 0; task < cut.tasks(); task++) {
                kernels.attend(cut, operands.share(task, task + 1));
            }
            KernelsContract.assertSameBits(parts, out);
        }
    }

    private static void fill(KernelOperands operands, HostKvBlocks cache, Case c, int[] blocks) {
        int tokens = Math.min(TOKENS_MAX, blocks.length * KvLayout.BLOCK_TOKENS);
        for (int head = 0; head < c.kvHeads(); head++) {
            KvHead cached = new KvHead(cache, 1, head, blocks);
            HostMatrix keys = operands.matrix(tokens, c.headDim());
            HostMatrix values = operands.matrix(tokens, c.headDim());
            float[] cell = new float[c.headDim()];
            for (int i = 0; i < tokens; i++) {
                keys.copyRow(i, cell);
                cached.writeKey(i, cell);
                values.copyRow(i, cell);
                cached.writeValue(i, cell);
            }
        }
    }

    private static void checkHead(Case c, AttentionStep step, Span span, int row, int head) {
        KvHead cached = new KvHead(step.cache(), 1, head / (c.heads() / c.kvHeads()), span.blocks());
        int position = span.position() + row - span.row();
        int first = (int) Math.max(0L, (long) position - c.mask().window() + 1);
        int column = 1 + head * (c.headDim() + 1);
        double[] sums = new double[c.headDim()];
        double total = 0;
        float[] cell = new float[c.headDim()];
        for (int key = first; key <= position; key++) {
            cached.readKey(key, cell);
            double score = 0;
            for (int i = 0; i < c.headDim(); i++) {
                score += (double) step.queryData().get(row, column + i) * cell[i];
            }
            score *= c.mask().scale();
            if (c.mask().softCap() > 0) {
                score = c.mask().softCap() * Math.tanh(score / c.mask().softCap());
            }
            double weight = Math.exp(score);
            total += weight;
            cached.readValue(key, cell);
            for (int i = 0; i < c.headDim(); i++) {
                sums[i] += weight * cell[i];
            }
        }
        for (int i = 0; i < c.headDim(); i++) {
            float found = step.out().get(row, head * c.headDim() + i);
            if (!(Math.abs(found - sums[i] / total) <= 4e-6)) {
                throw new AssertionError(c + ", row " + row + ", head " + head + ", element " + i + ": " + found
                        + ", expected " + sums[i] / total);
            }
        }
    }
}
