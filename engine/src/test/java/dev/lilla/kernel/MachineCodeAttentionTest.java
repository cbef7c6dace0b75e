package dev.lilla.kernel;

import static dev.lilla.kernel.AttentionScene.attend;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Attention in machine code, at every level of instructions the processor has.
class MachineCodeAttentionTest {
    private static Kernels kernels(Isa isa) {
        Set<CpuFeature> features = CpuFeature.ofThisMachine().orElse(Set.of());
        assumeTrue(isa.missing(features).isEmpty(), () -> "lacks " + isa.missing(features));
        return new MachineCodeKernels(isa, features, new ReferenceKernels());
    }

    @TestFactory
    Stream<DynamicNode> meetsTheContract() {
        return Stream.of(Isa.values())
                .filter(isa ->
                        isa.missing(CpuFeature.ofThisMachine().orElse(Set.of())).isEmpty())
                .flatMap(isa -> new AttentionContract(kernels(isa)).tests());
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void meetsTheDefinitionForRandomShapes(Isa isa) {
        Kernels kernels = kernels(isa);
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 25; i++) {
            AttentionScene scene = AttentionScene.random(random);
            try (HostKvBlocks cache = new HostKvBlocks(scene.layout(), scene.blocks());
                    KernelOperands operands = new KernelOperands(i)) {
                int[] blocks = scene.fill(cache);
                int rows = Math.min(scene.rows(), Math.max(1, 400_000 / (scene.depth() + 1) / scene.heads()));
                HostMatrix queries = operands.matrix(rows, scene.heads() * scene.headDim());
                HostMatrix out = operands.matrix(rows, scene.heads() * scene.headDim());
                HostMatrix expected = operands.copy(out);
                attend(kernels, scene.step(cache, blocks, queries, out), operands);
                attend(new ReferenceKernels(), scene.step(cache, blocks, queries, expected), operands);
                assertThat(KernelOperands.isCleanAround(out)).isTrue();
                for (int row = 0; row < rows; row++) {
                    for (int column = 0; column < out.columns(); column++) {
                        float difference = Math.abs(out.get(row, column) - expected.get(row, column));
                        assertThat(difference).as("%s, row %d", scene, row).isLessThan(3e-6f);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void givesARowTheSameBitsHoweverAPromptIsCut(Isa isa) {
        Kernels kernels = kernels(isa);
        List<AttentionScene> scenes = new ArrayList<>();
        for (KvType type : KvType.values()) {
            scenes.add(AttentionScene.of(type, 1, 64, 1000, 100));
            scenes.add(AttentionScene.of(type, 8, 48, 2040, 20));
            scenes.add(AttentionScene.of(type, 3, 80, 60, 70));
        }
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 12; i++) {
            scenes.add(AttentionScene.random(random));
        }
        for (AttentionScene scene : scenes) {
            try (HostKvBlocks cache = new HostKvBlocks(scene.layout(), scene.blocks());
                    KernelOperands operands = new KernelOperands(1)) {
                int[] blocks = scene.fill(cache);
                HostMatrix queries = operands.matrix(scene.rows(), scene.heads() * scene.headDim());
                HostMatrix whole = operands.matrix(scene.rows(), scene.heads() * scene.headDim());
                attend(kernels, scene.step(cache, blocks, queries, whole), operands);
                for (int chunk : new int[] {1, 3, 50}) {
                    HostMatrix cut = operands.copy(whole);
                    for (int from = 0; from < scene.rows(); from += chunk) {
                        int count = Math.min(chunk, scene.rows() - from);
                        HostMatrix part = cut.rows(from, count);
                        HostMatrix some = queries.rows(from, count);
                        part.memory().asSlice(part.offset(), 4).fill((byte) 0);
                        attend(kernels, scene.step(cache, blocks, some, part, from), operands);
                    }
                    KernelsContract.assertSameBits(cut, whole);
                }
                HostMatrix split = operands.copy(whole);
                split.memory().asSlice(split.offset(), 4).fill((byte) 0);
                int splits = Math.ceilDiv(scene.depth() + scene.rows(), AttentionStep.SPLIT_KEYS);
                AttentionStep step = scene.step(cache, blocks, queries, split).splitInto(splits, operands.scratch());
                attend(kernels, step, operands);
                KernelsContract.assertSameBits(split, whole);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void givesTheSameBitsForAnyNumberOfThreads(Isa isa) {
        Kernels kernels = kernels(isa);
        AttentionScene scene = AttentionScene.of(KvType.F16, 4, 64, 4096, 1);
        try (HostKvBlocks cache = new HostKvBlocks(scene.layout(), scene.blocks());
                KernelOperands operands = new KernelOperands(1)) {
            int[] blocks = scene.fill(cache);
            HostMatrix queries = operands.matrix(1, scene.heads() * scene.headDim());
            HostMatrix expected = operands.matrix(1, scene.heads() * scene.headDim());
            attend(kernels, scene.step(cache, blocks, queries, expected), operands);
            for (int threads = 1; threads <= 3; threads++) {
                HostMatrix out = operands.matrix(1, scene.heads() * scene.headDim());
                try (HostBackend backend = new HostBackend(kernels, threads)) {
                    List<Span> spans = List.of(new Span(0, 1, scene.depth(), blocks));
                    backend.attend(scene.heads(queries), cache, 0, scene.mask(), AttentionRows.exact(spans), out);
                }
                KernelsContract.assertSameBits(out, expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void touchesNothingBesideItsOperands(Isa isa) {
        Kernels kernels = kernels(isa);
        for (KvType type : KvType.values()) {
            for (int headDim : new int[] {7, 16, 33, 80, 128}) {
                for (int rows : new int[] {1, 3, 50}) {
                    touchesNothingBeside(kernels, AttentionScene.of(type, 3, headDim, 63, rows));
                }
            }
        }
    }

    private static void touchesNothingBeside(Kernels kernels, AttentionScene scene) {
        long matrixBytes = 4L * scene.rows() * scene.heads() * scene.headDim();
        try (Guards guards = new Guards();
                HostKvBlocks cache = new HostKvBlocks(scene.layout(), scene.blocks(), guards::allocate);
                KernelOperands operands = new KernelOperands(1)) {
            int[] blocks = scene.fill(cache);
            int columns = scene.heads() * scene.headDim();
            HostMatrix queries = new HostMatrix(guards.allocate(matrixBytes), 0, scene.rows(), columns, columns);
            HostMatrix out = new HostMatrix(guards.allocate(matrixBytes), 0, scene.rows(), columns, columns);
            attend(kernels, scene.step(cache, blocks, queries, out), operands);
            // Queries of zero: the mean of the values.
            assertThat(out.get(scene.rows() - 1, columns - 1)).isBetween(-0.5f, 0.5f);
        }
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void keepsWhatIsNoNumberToItsRow(Isa isa) {
        Kernels kernels = kernels(isa);
        for (int window : new int[] {Integer.MAX_VALUE, 20}) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                AttentionMask mask = new AttentionMask(0.125f, window, 0);
                AttentionScene scene = new AttentionScene(KvType.F16, 2, 1, 64, 100, 13, mask, 3);
                try (HostKvBlocks cache = new HostKvBlocks(scene.layout(), scene.blocks());
                        KernelOperands operands = new KernelOperands(1)) {
                    int[] blocks = scene.fill(cache);
                    HostMatrix queries = operands.matrix(13, 128);
                    HostMatrix expected = operands.matrix(13, 128);
                    HostMatrix out = operands.copy(expected);
                    attend(kernels, scene.step(cache, blocks, queries, expected), operands);
                    queries.set(5, 70, bad);
                    attend(kernels, scene.step(cache, blocks, queries, out), operands);
                    for (int row = 0; row < 13; row++) {
                        for (int column = 0; column < 128; column++) {
                            float found = out.get(row, column);
                            if (row == 5 && column >= 64) {
                                assertThat(found).isNaN();
                            } else {
                                assertThat(found).isEqualTo(expected.get(row, column));
                            }
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void refusesOperandsThatDoNotFit(Isa isa) {
        Kernels kernels = kernels(isa);
        AttentionScene scene = AttentionScene.of(KvType.F16, 2, 64, 70, 4);
        try (HostKvBlocks cache = new HostKvBlocks(scene.layout(), scene.blocks());
                KernelOperands operands = new KernelOperands(1)) {
            int[] blocks = scene.fill(cache);
            HostMatrix queries = operands.matrix(4, 256);
            HostMatrix few = operands.matrix(3, 256);
            assertThatThrownBy(() -> attend(kernels, scene.step(cache, blocks, queries, few), operands))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            HostMatrix outside = new HostMatrix(few.memory(), few.memory().byteSize() - 64, 4, 256, 256);
            assertThatThrownBy(() -> attend(kernels, scene.step(cache, blocks, queries, outside), operands))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            cache.release(blocks[1]);
            HostMatrix out = operands.matrix(4, 256);
            assertThatThrownBy(() -> attend(kernels, scene.step(cache, blocks, queries, out), operands))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
