package dev.lilla.kernel;

import static dev.lilla.kernel.AttentionScene.attend;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.kernel.x64.Isa;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Attention of long prompts in tiles: blocks of the cache that all positions of a query's own block see whole are
/// rounded to bf16, all others are not.
class PromptAttentionTest {
    /// Weights rounded to bf16, and what sums in f32 are off by.
    private static final double TOLERANCE = 0x1p-9 + 2e-5;

    private static Kernels kernels() {
        return MachineCodeContractTest.kernels(Isa.AMX);
    }

    static Stream<AttentionScene> scenes() {
        List<AttentionScene> scenes = new ArrayList<>();
        for (KvType type : KvType.values()) {
            for (int headDim : new int[] {1, 7, 16, 33, 48, 64, 80, 96, 112, 128, 256}) {
                scenes.add(AttentionScene.of(type, 1 + headDim % 5, headDim, 60 + headDim % 7, 80));
            }
            scenes.add(AttentionScene.of(type, 8, 64, 1000, 40));
            scenes.add(AttentionScene.of(type, 1, 64, 0, 200));
            for (int window : new int[] {1, 63, 64, 65, 127, 128, 150, 1500}) {
                AttentionMask mask = new AttentionMask(0.2f, window, 0);
                scenes.add(new AttentionScene(type, 4, 2, 32, 100, 150, mask, window));
            }
            scenes.add(new AttentionScene(type, 71, 1, 64, 129, 33, AttentionScene.ALL, 2));
            scenes.add(new AttentionScene(type, 3, 3, 40, 1020, 70, new AttentionMask(0.3f, 1024, 5), 3));
        }
        return scenes.stream();
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void meetsTheDefinitionOfRoundedOperands(AttentionScene scene) {
        Kernels kernels = kernels();
        try (HostKvBlocks cache = new HostKvBlocks(scene.layout(), scene.blocks());
                KernelOperands operands = new KernelOperands(scene.seed())) {
            int[] blocks = scene.fill(cache);
            HostMatrix queries = operands.matrix(scene.rows(), scene.heads() * scene.headDim());
            HostMatrix out = operands.matrix(scene.rows(), scene.heads() * scene.headDim());
            attend(kernels, scene.promptStep(cache, blocks, queries, out, 0), operands);
            assertThat(KernelOperands.isCleanAround(out)).isTrue();
            for (int row = 0; row < scene.rows(); row += 7) {
                for (int head = 0; head < scene.heads(); head += 1 + scene.heads() / 5) {
                    check(scene, cache, blocks, queries, out, row, head);
                }
            }
        }
    }

    private static void check(
            AttentionScene scene,
            HostKvBlocks cache,
            int[] blocks,
            HostMatrix queries,
            HostMatrix out,
            int row,
            int head) {
        int headDim = scene.headDim();
        AttentionMask mask = scene.mask();
        KvHead cached = new KvHead(cache, 0, head / (scene.heads() / scene.kvHeads()), blocks);
        int position = scene.depth() + row;
        int ownBlock = position / KvLayout.BLOCK_TOKENS;
        long firstWhole = (ownBlock + 1L) * KvLayout.BLOCK_TOKENS - mask.window();
        float factor = (float) (mask.scale() / Math.log(2) * (mask.softCap() > 0 ? 2 / mask.softCap() : 1));
        double[] sums = new double[headDim];
        double[] sizes = new double[headDim];
        double total = 0;
        float[] cell = new float[headDim];
        for (int key = (int) Math.max(0L, position - (long) mask.window() + 1); key <= position; key++) {
            int block = key / KvLayout.BLOCK_TOKENS;
            boolean isRounded = block < ownBlock && (long) block * KvLayout.BLOCK_TOKENS >= firstWhole;
            cached.readKey(key, cell);
            double score = 0;
            for (int i = 0; i < headDim; i++) {
                float query = queries.get(row, head * headDim + i) * factor;
                score += isRounded ? (double) bf16(query) * bf16(cell[i]) : (double) query * cell[i];
            }
            score *= Math.log(2);
            if (mask.softCap() > 0) {
                score = mask.softCap() * Math.tanh(score / 2);
            }
            double weight = Math.exp(score);
            total += weight;
            cached.readValue(key, cell);
            for (int i = 0; i < headDim; i++) {
                double value = isRounded ? bf16(cell[i]) : cell[i];
                sums[i] += weight * value;
                sizes[i] += weight * Math.abs(value);
            }
        }
        for (int i = 0; i < headDim; i++) {
            float found = out.get(row, head * headDim + i);
            double expected = sums[i] / total;
            assertThat(Math.abs(found - expected))
                    .as("row %d, head %d, element %d: %f, expected %f", row, head, i, found, expected)
                    .isLessThanOrEqualTo(TOLERANCE * sizes[i] / total + 1e-6);
        }
    }

    /// The nearest, ties to even; normal numbers alone.
    private static float bf16(float x) {
        int bits = Float.floatToRawIntBits(x);
        return Float.intBitsToFloat(bits + 0x7FFF + (bits >>> 16 & 1) & 0xFFFF0000);
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void givesARowTheSameBitsHoweverAPromptIsCut(KvType type) {
        Kernels kernels = kernels();
        List<AttentionScene> scenes = List.of(
                AttentionScene.of(type, 1, 64, 1000, 200),
                AttentionScene.of(type, 8, 48, 30, 140),
                new AttentionScene(type, 6, 2, 80, 2000, 130, new AttentionMask(0.1f, 100, 0), 4));
        for (AttentionScene scene : scenes) {
            try (HostKvBlocks cache = new HostKvBlocks(scene.layout(), scene.blocks());
                    KernelOperands operands = new KernelOperands(1)) {
                int[] blocks = scene.fill(cache);
                HostMatrix queries = operands.matrix(scene.rows(), scene.heads() * scene.headDim());
                HostMatrix whole = operands.matrix(scene.rows(), scene.heads() * scene.headDim());
                attend(kernels, scene.promptStep(cache, blocks, queries, whole, 0), operands);
                for (int chunk : new int[] {32, 50, 64}) {
                    HostMatrix cut = operands.matrix(scene.rows(), whole.columns());
                    for (int from = 0; from < scene.rows(); from += chunk) {
                        int count = Math.min(chunk, scene.rows() - from);
                        HostMatrix some = queries.rows(from, count);
                        HostMatrix part = cut.rows(from, count);
                        attend(kernels, scene.promptStep(cache, blocks, some, part, from), operands);
                    }
                    KernelsContract.assertSameBits(cut, whole);
                }
                HostMatrix split = operands.matrix(scene.rows(), whole.columns());
                int splits = Math.ceilDiv(scene.depth() + scene.rows(), AttentionStep.SPLIT_KEYS);
                AttentionStep step = scene.promptStep(cache, blocks, queries, split, 0);
                attend(kernels, step.splitInto(splits, operands.scratch()), operands);
                KernelsContract.assertSameBits(split, whole);
            }
        }
    }

    @Test
    void leavesRowsBesideAPromptAsTheyAreAlone() {
        Kernels kernels = kernels();
        AttentionScene scene = AttentionScene.of(KvType.F16, 4, 64, 130, 80);
        try (HostKvBlocks cache = new HostKvBlocks(scene.layout(), 2 * scene.blocks());
                KernelOperands operands = new KernelOperands(1);
                HostBackend backend = new HostBackend(kernels, 2)) {
            int[] blocks = scene.fill(cache);
            int[] others = scene.fill(cache);
            int columns = scene.heads() * scene.headDim();
            HostMatrix queries = operands.matrix(81, columns);
            HostMatrix found = operands.matrix(81, columns);
            List<Span> spans = List.of(new Span(0, 1, 180, others), new Span(1, 80, 130, blocks));
            AttentionRows rows = new AttentionRows(spans, List.of(new RowRange(1, 80)));
            backend.attend(scene.heads(queries), cache, 0, scene.mask(), rows, found);
            HostMatrix expected = operands.matrix(81, columns);
            HostMatrix prompt = queries.rows(1, 80);
            attend(kernels, scene.promptStep(cache, blocks, prompt, expected.rows(1, 80), 0), operands);
            AttentionRows alone = AttentionRows.exact(spans.subList(0, 1));
            HostMatrix first = expected.rows(0, 1);
            attend(
                    kernels,
                    AttentionStep.whole(scene.heads(queries.rows(0, 1)), cache, 0, scene.mask(), alone, first),
                    operands);
            KernelsContract.assertSameBits(found, expected);
        }
    }

    @Test
    void isExactWhereNothingMayBeRounded() {
        Kernels exact = new MachineCodeKernels(
                Isa.AMX, MachineCodeContractTest.features(Isa.AMX), new ReferenceKernels(), PromptRounding.NEVER);
        AttentionScene scene = AttentionScene.of(KvType.F16, 4, 64, 130, 80);
        try (HostKvBlocks cache = new HostKvBlocks(scene.layout(), scene.blocks());
                KernelOperands operands = new KernelOperands(1);
                HostBackend backend = new HostBackend(exact, 2)) {
            int[] blocks = scene.fill(cache);
            int columns = scene.heads() * scene.headDim();
            HostMatrix queries = operands.matrix(80, columns);
            HostMatrix found = operands.matrix(80, columns);
            HostMatrix expected = operands.matrix(80, columns);
            List<Span> spans = List.of(new Span(0, 80, 130, blocks));
            AttentionRows rows = new AttentionRows(spans, List.of(new RowRange(0, 80)));
            backend.attend(scene.heads(queries), cache, 0, scene.mask(), rows, found);
            attend(exact, scene.step(cache, blocks, queries, expected), operands);
            KernelsContract.assertSameBits(found, expected);
            attend(exact, scene.promptStep(cache, blocks, queries, expected, 0), operands);
            assertThat(found.memory().mismatch(expected.memory())).isNotNegative();
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void keepsWhatIsNoNumberToTheRowsThatSeeIt(float bad) {
        Kernels kernels = kernels();
        AttentionScene scene = AttentionScene.of(KvType.F32, 4, 64, 100, 100);
        try (HostKvBlocks cache = new HostKvBlocks(scene.layout(), scene.blocks());
                KernelOperands operands = new KernelOperands(1)) {
            int[] blocks = scene.fill(cache);
            int columns = scene.heads() * scene.headDim();
            HostMatrix queries = operands.matrix(100, columns);
            HostMatrix expected = operands.matrix(100, columns);
            attend(kernels, scene.promptStep(cache, blocks, queries, expected, 0), operands);
            queries.set(5, 70, bad);
            int badValue = 120;
            KvHead cached = new KvHead(cache, 0, 1, blocks);
            float[] cell = new float[64];
            cached.readValue(badValue, cell);
            cell[3] = bad;
            cached.writeValue(badValue, cell);
            HostMatrix out = operands.matrix(100, columns);
            attend(kernels, scene.promptStep(cache, blocks, queries, out, 0), operands);
            for (int row = 0; row < 100; row++) {
                for (int column = 0; column < columns; column++) {
                    boolean isOfQuery = row == 5 && column / 64 == 1;
                    boolean seesValue = scene.depth() + row >= badValue && column / 64 >= 4 && column % 64 == 3;
                    float found = out.get(row, column);
                    if (isOfQuery) {
                        assertThat(found).as("row %d, column %d", row, column).isNaN();
                    } else if (seesValue) {
                        assertThat(Float.isFinite(found))
                                .as("row %d, column %d", row, column)
                                .isFalse();
                    } else {
                        assertThat(found).as("row %d, column %d", row, column).isEqualTo(expected.get(row, column));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void touchesNothingBesideItsOperands(KvType type) {
        Kernels kernels = kernels();
        for (int headDim : new int[] {7, 16, 33, 80, 128}) {
            AttentionScene scene = AttentionScene.of(type, 3, headDim, 63, 66);
            try (Guards guards = new Guards();
                    HostKvBlocks cache = new HostKvBlocks(scene.layout(), scene.blocks(), guards::allocate);
                    KernelOperands operands = new KernelOperands(1)) {
                int[] blocks = scene.fill(cache);
                int columns = scene.heads() * headDim;
                long bytes = 4L * scene.rows() * columns;
                HostMatrix queries = new HostMatrix(guards.allocate(bytes), 0, scene.rows(), columns, columns);
                HostMatrix out = new HostMatrix(guards.allocate(bytes), 0, scene.rows(), columns, columns);
                attend(kernels, scene.promptStep(cache, blocks, queries, out, 0), operands);
                // Queries of zero: the mean of the values.
                assertThat(out.get(scene.rows() - 1, columns - 1)).isBetween(-0.5f, 0.5f);
            }
        }
    }
}
