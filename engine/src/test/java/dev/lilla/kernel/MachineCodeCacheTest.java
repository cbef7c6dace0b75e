package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Keys and values in the cache have the bits that [KvHead] gives them.
class MachineCodeCacheTest {
    private static final int KV_HEADS = 2;
    private static final int[] HEAD_DIMS = {1, 7, 8, 16, 33, 48, 64, 80, 128};

    private Kernels kernels;

    @BeforeEach
    void needsAvx2() {
        Set<CpuFeature> features = CpuFeature.ofThisMachine().orElse(Set.of());
        assumeTrue(Isa.AVX2.missing(features).isEmpty());
        kernels = new MachineCodeKernels(Isa.AVX2, features, new ReferenceKernels());
    }

    private static HostKvBlocks cache(KvType type, int headDim, int blocks) {
        List<KvLayout.Layer> layers = List.of(new KvLayout.Layer(1, 3), new KvLayout.Layer(KV_HEADS, headDim));
        HostKvBlocks cache = new HostKvBlocks(new KvLayout(type, layers), blocks);
        for (int i = 0; i < blocks; i++) {
            cache.take();
        }
        return cache;
    }

    private static Heads heads(HostMatrix data, int headDim) {
        return new Heads(data, 1, KV_HEADS, headDim, headDim + 2);
    }

    private static HostMatrix matrix(KernelOperands operands, int rows, int headDim) {
        return operands.matrix(rows, 1 + KV_HEADS * (headDim + 2));
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void haveTheBitsOfTheDefinition(KvType type) {
        for (int headDim : HEAD_DIMS) {
            try (KernelOperands operands = new KernelOperands(headDim);
                    HostKvBlocks found = cache(type, headDim, 4);
                    HostKvBlocks expected = cache(type, headDim, 4)) {
                HostMatrix keys = matrix(operands, 105, headDim);
                HostMatrix values = matrix(operands, 105, headDim);
                keys.set(20, 1, Float.POSITIVE_INFINITY);
                keys.set(21, 1, Float.NaN);
                values.set(22, 1, 1e-41f);
                List<Span> spans = List.of(
                        new Span(1, 90, 5, new int[] {2, 0}),
                        new Span(92, 1, 17, new int[] {1}),
                        new Span(93, 11, 56, new int[] {3, 1}));
                CacheStep to = new CacheStep(heads(keys, headDim), heads(values, headDim), found, 1, spans);
                for (int row = 0; row < 105; row += 35) {
                    kernels.store(to, operands.share(row, row + 35));
                }
                CacheStep reference = new CacheStep(heads(keys, headDim), heads(values, headDim), expected, 1, spans);
                new ReferenceKernels().store(reference, operands.share(0, 105));
                for (int block = 0; block < 4; block++) {
                    assertThat(found.memory(block).mismatch(expected.memory(block)))
                            .as("headDim %d, block %d", headDim, block)
                            .isEqualTo(-1);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void areReadAndWrittenInPlaceOnly(KvType type) {
        for (int headDim : HEAD_DIMS) {
            KvLayout layout = new KvLayout(type, List.of(new KvLayout.Layer(1, headDim)));
            try (Guards guards = new Guards();
                    HostKvBlocks cache = new HostKvBlocks(layout, 1, guards::allocate);
                    KernelOperands operands = new KernelOperands(1)) {
                Span span = new Span(0, 64, 0, new int[] {cache.take()});
                Heads keys = guardedHeads(guards, headDim);
                Heads values = guardedHeads(guards, headDim);
                kernels.store(new CacheStep(keys, values, cache, 0, List.of(span)), operands.share(0, 64));
                KvHead head = new KvHead(cache, 0, 0, span.blocks());
                float[] cell = new float[headDim];
                head.readKey(63, cell);
                assertThat(cell).containsOnly(0);
            }
        }
    }

    private static Heads guardedHeads(Guards guards, int headDim) {
        HostMatrix data = new HostMatrix(guards.allocate(64L * headDim * 4), 0, 64, headDim, headDim);
        return new Heads(data, 0, 1, headDim, headDim);
    }

    @Test
    void areRefusedIfTheRowsLieOutside() {
        try (KernelOperands operands = new KernelOperands(1);
                HostKvBlocks cache = cache(KvType.F16, 16, 1)) {
            HostMatrix keys = matrix(operands, 8, 16);
            HostMatrix outside = new HostMatrix(keys.memory(), keys.memory().byteSize() - 100, 8, 37, 37);
            List<Span> spans = List.of(new Span(0, 8, 0, new int[] {0}));
            CacheStep step = new CacheStep(heads(keys, 16), heads(outside, 16), cache, 1, spans);
            assertThatThrownBy(() -> kernels.store(step, operands.share(0, 8)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
